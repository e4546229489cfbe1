/** Which cells of a pyramid's levels a loss looks at, and how much: what methods and ICD's ablations share. */
package dev.retort.distill.region;
