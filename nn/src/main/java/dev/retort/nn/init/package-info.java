/** First values of parameters. */
package dev.retort.nn.init;
