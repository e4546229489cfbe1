package dev.retort.detection.data;

import dev.retort.detection.box.ImageSize;
import dev.retort.tensor.random.CounterRandom;
import dev.retort.tensor.random.Purpose;
import dev.retort.tensor.random.RandomSequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The batches of a data set. For training: an endless random order with random sizes, augmentation and mirroring, all of it a pure
 * function of (seed, iteration, place in the batch). For evaluation: every image once, in file order, the last batch
 * possibly smaller.
 *
 * <p>With gradient accumulation, count micro-batches: iteration t of m micro-batches reads batches t*m to t*m + m - 1.
 */
public final class DatasetBatches implements BatchSource {
    /** Draws an image takes from its iteration's stream: one for the mirror, one for the size. */
    private static final int DRAWS = 2;

    /** Between the numbers of an image and of those that are mixed into it: more than any run has images. */
    private static final long OTHER = 1L << 60;

    private static final System.Logger LOG = System.getLogger(DatasetBatches.class.getName());

    private static final String BEFOREHAND = " 'retort data info DIR --check' decodes every image beforehand;"
            + " data.broken=skip trains without such images.";

    /**
     * @param batchSize images a batch
     * @param multiple height and width of a batch are multiples of this, 32 for a pyramid from res5
     * @param cacheBytes bytes of decoded images to keep in memory, 0 for none
     * @param resize how images get their size
     * @param replaceDamaged whether training takes another image where one turns out to be damaged when it is decoded
     */
    public record Settings(int batchSize, int multiple, long cacheBytes, ResizeMethod resize, boolean replaceDamaged) {
        public Settings {
            if (batchSize <= 0 || multiple <= 0) {
                throw new IllegalArgumentException(
                        "Batch size and size multiple must be positive, not " + batchSize + " and " + multiple);
            }
        }
    }

    private final CocoDataset dataset;
    private final TrainTransform transform;
    private final SizeRule rule;
    private final Settings settings;
    private final BatchOrder order;
    private final long seed;
    private final ImageCache cache;
    private final Set<Integer> damaged = ConcurrentHashMap.newKeySet();

    private DatasetBatches(
            CocoDataset dataset,
            TrainTransform transform,
            SizeRule rule,
            Settings settings,
            BatchOrder order,
            long seed) {
        this.dataset = dataset;
        this.transform = transform;
        this.rule = rule;
        this.settings = settings;
        this.order = order;
        this.seed = seed;
        this.cache = new ImageCache(settings.cacheBytes);
    }

    /** Endless training batches, landscape and portrait images apart. */
    public static DatasetBatches training(
            CocoDataset dataset, TrainTransform transform, SizeRule rule, Settings settings, long seed) {
        BatchOrder order = new BatchOrder(dataset.images(), settings.batchSize, true, seed);
        return new DatasetBatches(dataset, transform, rule, settings, order, seed);
    }

    /** Every image once, in file order, at one size. */
    public static DatasetBatches evaluation(
            CocoDataset dataset, int shortEdge, int maxSize, SizeRule rule, Settings settings) {
        return new DatasetBatches(dataset, TrainTransform.fixed(shortEdge, maxSize), rule, settings, null, 0);
    }

    @Override
    public long count() {
        return order != null ? Long.MAX_VALUE : (dataset.size() + settings.batchSize - 1L) / settings.batchSize;
    }

    @Override
    public Batch at(long iteration) {
        return Batch.of(samples(iteration), settings.multiple);
    }

    /** The images of a batch, before they are padded to one size. */
    public List<Sample> samples(long iteration) {
        int[] images = images(iteration);
        long stream = CounterRandom.stream(seed, Purpose.AUGMENTATION, iteration);
        List<Sample> samples = new ArrayList<>();
        for (int place = 0; place < images.length; place++) {
            boolean flip = CounterRandom.uniform(stream, DRAWS * place) < transform.flipProbability();
            List<Integer> edges = transform.shortEdges();
            int edge = edges.get(CounterRandom.below(edges.size(), stream, DRAWS * place + 1));
            long number = iteration * settings.batchSize + place;
            Prepared prepared = usable(images[place], edge, number);
            samples.add(Transforms.sample(prepared.info, mixed(prepared.image, edge, number), flip));
        }
        return samples;
    }

    /** An image, resized and augmented by itself. */
    private record Prepared(ImageInfo info, LabeledImage image) {}

    private LabeledImage mixed(LabeledImage image, int edge, long number) {
        if (transform.augmentations().mixing().isEmpty()) {
            return image;
        }
        ImageMixing mixing = transform.augmentations().mixing().get();
        RandomSequence draws = CounterRandom.sequence(seed, mixing.purpose(), number);
        int others = mixing.others(draws);
        List<LabeledImage> images = new ArrayList<>(List.of(image));
        for (int i = 1; i <= others; i++) {
            images.add(usable(draws.below(dataset.size()), edge, number + i * OTHER).image);
        }
        return others == 0 ? image : mixing.mix(images, draws);
    }

    /** @param number of the image in the whole of training: what is drawn for it depends on nothing else */
    private Prepared prepared(int image, int edge, long number) {
        ImageInfo info = dataset.images().get(image);
        List<Augmentation> steps = transform.augmentations().original();
        if (steps.isEmpty()) {
            return new Prepared(info, Transforms.labeled(dataset, info, resized(image, info, edge)));
        }
        LabeledImage changed = Transforms.labeled(dataset, info, original(image, info));
        for (Augmentation step : steps) {
            changed = step.apply(changed, CounterRandom.sequence(seed, step.purpose(), number));
        }
        ImageSize size = target(changed.image().width(), changed.image().height(), edge);
        return new Prepared(info, changed.resized(settings.resize, size));
    }

    /**
     * An image to learn from. A damaged one is replaced, if that is wanted, by the next one of its kind (landscape or
     * portrait) in the data set: the same one whenever the batch is asked for, so runs resume as they would have gone on.
     */
    private Prepared usable(int wanted, int edge, long number) {
        List<ImageInfo> images = dataset.images();
        int image = wanted;
        while (true) {
            try {
                return prepared(image, edge, number);
            } catch (ImageException e) {
                if (order == null || e.fault() != ImageFault.DAMAGED) {
                    throw e;
                }
                if (!settings.replaceDamaged) {
                    throw new ImageException(e.fault(), e.getMessage() + BEFOREHAND, e);
                }
                if (damaged.add(image)) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "{0} Its neighbor takes its place.",
                            Printable.line(e.getMessage()));
                }
                do {
                    image = (image + 1) % images.size();
                } while (images.get(image).landscape() != images.get(wanted).landscape());
                if (image == wanted) {
                    throw e;
                }
            }
        }
    }

    /** The epoch (from 0) in which a training batch falls; always 0 for evaluation. */
    public long epochOf(long iteration) {
        return order == null ? 0 : order.epochOf(iteration);
    }

    private int[] images(long iteration) {
        if (order != null) {
            return order.batch(iteration);
        }
        if (iteration < 0 || iteration >= count()) {
            throw new IllegalArgumentException("There is no batch " + iteration + " of " + count());
        }
        int first = (int) (iteration * settings.batchSize);
        int[] images = new int[Math.min(settings.batchSize, dataset.size() - first)];
        for (int i = 0; i < images.length; i++) {
            images[i] = first + i;
        }
        return images;
    }

    private ImageSize target(int width, int height, int edge) {
        return rule.target(new ImageSize(height, width), edge, transform.maxSize());
    }

    private RgbImage original(int number, ImageInfo info) {
        return cache.get(number, info.width(), info.height(), () -> dataset.image(info));
    }

    /** With one target size the resized image is cached; with several, the original, since decoding costs most. */
    private Pixels resized(int number, ImageInfo info, int edge) {
        ImageSize size = target(info.width(), info.height(), edge);
        if (transform.shortEdges().size() == 1 && settings.resize == ResizeMethod.DETECTRON2) {
            return cache.get(
                    number,
                    size.width(),
                    size.height(),
                    () -> BilinearResize.resize(dataset.image(info), size.width(), size.height()));
        }
        return settings.resize.resize(original(number, info), size);
    }
}
