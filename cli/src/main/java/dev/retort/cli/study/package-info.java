/**
 * Studies: tables of recipes trained with several seeds and compared. Begin with {@link dev.retort.cli.study.StudyReader},
 * {@link dev.retort.cli.study.StudyPlan} and {@link dev.retort.cli.study.StudyRunner}.
 */
package dev.retort.cli.study;
