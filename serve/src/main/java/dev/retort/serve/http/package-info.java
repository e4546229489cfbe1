/** Requests and answers of HTTP on Jetty: routes, bodies, the token, errors in words, the graceful end. Knows nothing of detectors' routes. */
package dev.retort.serve.http;
