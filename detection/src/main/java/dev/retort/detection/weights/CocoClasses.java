package dev.retort.detection.weights;

import dev.retort.detection.data.Category;
import java.util.ArrayList;
import java.util.List;

/** The 80 classes of COCO (cocodataset.org) with their ids, which run from 1 to 90 and leave ten out. */
final class CocoClasses {
    /** Ids up to 90, and background as 0. */
    static final int CHANNELS = 91;

    private static final String NAMES =
            """
            person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant,,stop sign,parking meter,bench,bird,\
            cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe,,backpack,umbrella,,,handbag,tie,suitcase,frisbee,skis,snowboard,\
            sports ball,kite,baseball bat,baseball glove,skateboard,surfboard,tennis racket,bottle,,wine glass,cup,fork,knife,spoon,bowl,\
            banana,apple,sandwich,orange,broccoli,carrot,hot dog,pizza,donut,cake,chair,couch,potted plant,bed,,dining table,,,toilet,,\
            tv,laptop,mouse,remote,keyboard,cell phone,microwave,oven,toaster,sink,refrigerator,,book,clock,vase,scissors,teddy bear,\
            hair drier,toothbrush""";

    private CocoClasses() {}

    /** In ascending order of their ids. */
    static List<Category> all() {
        List<Category> classes = new ArrayList<>();
        String[] names = NAMES.split(",", -1);
        for (int i = 0; i < names.length; i++) {
            if (!names[i].isEmpty()) {
                classes.add(new Category(i + 1, names[i]));
            }
        }
        return List.copyOf(classes);
    }
}
