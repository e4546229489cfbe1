package dev.retort.cli.study;

import java.util.List;

/**
 * How a study is run.
 *
 * @param tables whose runs are made; all if there are no names
 * @param budgetSeconds within which runs have to end; infinite without a budget
 * @param jobs runs at once
 * @param keepModels whether models stay after a run
 * @param bootstrap samples of the evaluated images; 0 for none
 */
public record StudyOptions(
        List<String> tables,
        StudyPlan.Shard shard,
        double budgetSeconds,
        int jobs,
        boolean keepModels,
        int bootstrap) {}
