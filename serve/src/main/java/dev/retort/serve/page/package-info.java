/** The page at {@code /}: files for browsers; all that it shows comes from the service's other routes. */
package dev.retort.serve.page;
