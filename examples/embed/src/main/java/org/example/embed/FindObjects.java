package org.example.embed;

import dev.retort.detection.DetectedObject;
import dev.retort.detection.Detector;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Prints what a model finds in images: {@code FindObjects MODEL IMAGE...}. */
public final class FindObjects {
    private FindObjects() {}

    public static void main(String[] arguments) throws IOException {
        try (Detector detector = Detector.load(Path.of(arguments[0]))) {
            for (int i = 1; i < arguments.length; i++) {
                BufferedImage image = ImageIO.read(new File(arguments[i]));
                for (DetectedObject object : detector.detect(image)) {
                    System.out.println(object);
                }
            }
        }
    }
}
