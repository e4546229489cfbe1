package dev.retort.nn.weights;

/** How a weight file holds its tensors. */
public enum Container {
    /** What {@code torch.save} writes since 1.6: a zip archive of a pickle and one record for each storage. */
    TORCH_ZIP("torch zip"),
    /** What {@code torch.save} wrote from 0.1.10 to 1.5: pickles, followed by the storages. */
    TORCH_STREAM("torch stream"),
    /** What {@code torch.save} wrote before 0.1.10. */
    TORCH_TAR("torch tar"),
    /** A pickle of NumPy arrays, as detectron2 and Caffe2 write it. */
    PICKLE("pickle"),
    /** What Hugging Face's library of this name writes. */
    SAFETENSORS("safetensors");

    private final String text;

    Container(String text) {
        this.text = text;
    }

    /** For people: {@code torch zip}. */
    @Override
    public String toString() {
        return text;
    }
}
