/** Tells an MLflow server of runs. {@code training.mlflow} of a recipe asks for it. */
package dev.retort.mlflow;
