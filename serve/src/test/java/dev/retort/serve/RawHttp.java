package dev.retort.serve;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Bytes on a socket, for requests that no client would send. */
final class RawHttp {
    private static final int PATIENCE = 5000;

    private RawHttp() {}

    /** Sends bytes and returns one answer; empty if the server closes without one. */
    static String send(int port, byte[] request) throws IOException {
        try (Socket socket = connect(port)) {
            socket.getOutputStream().write(request);
            return answer(socket.getInputStream());
        }
    }

    /** As {@link #send}, and says that no more will come. */
    static String sendAll(int port, byte[] request) throws IOException {
        try (Socket socket = connect(port)) {
            try {
                socket.getOutputStream().write(request);
                socket.shutdownOutput();
            } catch (SocketException e) {
                // Refused before all was sent; perhaps with an answer.
            }
            return answer(socket.getInputStream());
        }
    }

    /** Sends bytes and then one more each so many milliseconds, until there is an answer. */
    static String trickle(int port, byte[] request, long millis) throws IOException, InterruptedException {
        try (Socket socket = connect(port)) {
            OutputStream out = socket.getOutputStream();
            out.write(request);
            Thread.sleep(millis);
            // What is written after the answer may cost the answer.
            while (socket.getInputStream().available() == 0) {
                out.write('a');
                Thread.sleep(millis);
            }
            return answer(socket.getInputStream());
        }
    }

    static void sendAndLeave(int port, byte[] request) throws IOException {
        try (Socket socket = connect(port)) {
            socket.getOutputStream().write(request);
        }
    }

    private static Socket connect(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE);
        return socket;
    }

    private static String answer(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            int next = in.read();
            while (next >= 0) {
                bytes.write(next);
                if (complete(bytes.toString(StandardCharsets.ISO_8859_1))) {
                    break;
                }
                next = in.read();
            }
        } catch (SocketException | SocketTimeoutException e) {
            // What came until then is the answer.
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static boolean complete(String text) {
        int head = text.indexOf("\r\n\r\n");
        int length = text.toLowerCase(Locale.ROOT).indexOf("content-length: ");
        if (head < 0 || length < 0 || length > head) {
            return false;
        }
        int from = length + "content-length: ".length();
        int size = Integer.parseInt(text.substring(from, text.indexOf("\r\n", from)));
        return text.length() >= head + 4 + size;
    }
}
