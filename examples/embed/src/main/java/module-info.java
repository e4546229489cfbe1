/** The program as a module. On the class path and in a fat jar this file means nothing. */
module org.example.embed {
    requires dev.retort.detection;
    requires java.desktop;
}
