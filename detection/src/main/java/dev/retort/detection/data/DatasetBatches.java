package dev.retort.detection.data;

import dev.retort.detection.box.ImageSize;
import dev.retort.tensor.random.CounterRandom;
import dev.retort.tensor.random.Purpose;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The batches of a data set. For training: an endless random order with random sizes and mirroring, all of it a pure
 * function of (seed, iteration, place in the batch). For evaluation: every image once, in file order, the last batch
 * possibly smaller.
 *
 * <p>With gradient accumulation, count micro-batches: iteration t of m micro-batches reads batches t*m to t*m + m - 1.
 */
public final class DatasetBatches implements BatchSource {
    /** Draws an image takes from its iteration's stream: one for the mirror, one for the size. */
    private static final int DRAWS = 2;

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
        int[] images = images(iteration);
        long stream = CounterRandom.stream(seed, Purpose.AUGMENTATION, iteration);
        List<Sample> samples = new ArrayList<>();
        for (int place = 0; place < images.length; place++) {
            boolean flip = CounterRandom.uniform(stream, DRAWS * place) < transform.flipProbability();
            List<Integer> edges = transform.shortEdges();
            int edge = edges.get(CounterRandom.below(edges.size(), stream, DRAWS * place + 1));
            samples.add(order == null ? sample(images[place], edge, flip) : learned(images[place], edge, flip));
        }
        return Batch.of(samples, settings.multiple);
    }

    private Sample sample(int number, int edge, boolean flip) {
        ImageInfo info = dataset.images().get(number);
        return Transforms.sample(dataset, info, resized(number, info, edge), flip);
    }

    /**
     * A sample to learn from. A damaged image is replaced, if that is wanted, by the next one of its kind (landscape or
     * portrait) in the data set: the same one whenever the batch is asked for, so runs resume as they would have gone on.
     */
    private Sample learned(int wanted, int edge, boolean flip) {
        List<ImageInfo> images = dataset.images();
        int number = wanted;
        while (true) {
            try {
                return sample(number, edge, flip);
            } catch (ImageException e) {
                if (e.fault() != ImageFault.DAMAGED) {
                    throw e;
                }
                if (!settings.replaceDamaged) {
                    throw new ImageException(e.fault(), e.getMessage() + BEFOREHAND, e);
                }
                if (damaged.add(number)) {
                    LOG.log(
                            System.Logger.Level.WARNING,
                            "{0} Its neighbor takes its place.",
                            Printable.line(e.getMessage()));
                }
                do {
                    number = (number + 1) % images.size();
                } while (images.get(number).landscape() != images.get(wanted).landscape());
                if (number == wanted) {
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

    /** With one target size the resized image is cached; with several, the original, since decoding costs most. */
    private Pixels resized(int number, ImageInfo info, int edge) {
        ImageSize size = rule.target(new ImageSize(info.height(), info.width()), edge, transform.maxSize());
        if (transform.shortEdges().size() == 1 && settings.resize == ResizeMethod.DETECTRON2) {
            return cache.get(
                    number,
                    size.width(),
                    size.height(),
                    () -> BilinearResize.resize(dataset.image(info), size.width(), size.height()));
        }
        RgbImage original = cache.get(number, info.width(), info.height(), () -> dataset.image(info));
        return settings.resize.resize(original, size);
    }
}
