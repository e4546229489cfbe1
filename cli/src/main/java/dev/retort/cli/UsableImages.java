package dev.retort.cli;

import dev.retort.detection.data.CocoDataset;
import dev.retort.detection.data.DataException;
import dev.retort.detection.data.ImageCheck;
import dev.retort.detection.data.Printable;
import dev.retort.detection.recipe.Recipe;
import java.io.PrintWriter;

/** Looks through the images of a data set before a job begins, and tells what it finds. */
public final class UsableImages {
    /** Images of each kind that are named; {@code retort data info --check} names all. */
    private static final int NAMED = 5;

    private UsableImages() {}

    /**
     * The data set with the images that can be used, by their headers. Prints its notices.
     *
     * @throws DataException if an image cannot be used and {@code broken} does not say to leave it out, or if none is left
     */
    public static CocoDataset of(CocoDataset dataset, Recipe.Broken broken, PrintWriter err) {
        ImageCheck check = ImageCheck.headers(dataset);
        dataset.notices().forEach(notice -> tell(notice, err));
        check.notices().forEach(notice -> tell(notice, err));
        int found = check.problems().size();
        if (found == 0) {
            return dataset;
        }
        if (broken == Recipe.Broken.SKIP) {
            tell("left out, as broken images are to be skipped: " + found + " of " + dataset.size() + " images", err);
            list(check, NAMED, err);
            return check.usable();
        }
        if (found == 1) {
            throw new DataException(check.problems().get(0).message());
        }
        list(check, NAMED, err);
        throw new DataException(found + " of " + dataset.size() + " images of " + dataset.source()
                + " cannot be used; they are listed above. Put them right, or leave them out (data.broken=skip)");
    }

    /** Prints the problems by kind, the first {@code most} of each. */
    static void list(ImageCheck check, int most, PrintWriter to) {
        check.summary(most).forEach(line -> to.println(Printable.line(line)));
    }

    private static void tell(String notice, PrintWriter err) {
        err.println("retort: " + Printable.line(notice));
    }
}
