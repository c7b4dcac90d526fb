package qiantang.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;

/**
 * Takes a part of the cores and does nothing with it: what any neighbour does to the others of a
 * machine. It takes the commands of {@link AskingMain}, and asks nobody.
 */
final class ComputingMain {
  // What query takes of them beside ingestion, in bursts as long as those of its reads. Behind all
  // others it gets about half of it.
  private static final double CORES = 0.5;
  private static final int THREADS = 4;
  private static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private boolean isWanted; // guarded by this

  private ComputingMain() {}

  public static void main(String[] arguments) throws IOException {
    ComputingMain computing = new ComputingMain();
    for (int i = 0; i < THREADS; i++) {
      Thread.ofPlatform().name("computes-" + i).daemon().start(computing::run);
    }
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    PrintStream out = new PrintStream(System.out, true, UTF_8);
    String empty = new JsonObject().encode();
    in.readLine(); // what would be asked
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (!line.equals("tallies")) {
        computing.want(line.equals("ask"));
      }
      out.println(empty);
    }
  }

  private synchronized void want(boolean isWanted) {
    this.isWanted = isWanted;
    notifyAll();
  }

  private synchronized void awaitWanted() throws InterruptedException {
    while (!isWanted) {
      wait();
    }
  }

  private void run() {
    byte[] bytes = new byte[64 * 1024];
    CRC32C sum = new CRC32C();
    long pauseNanos = (long) (BURST_NANOS * (THREADS / CORES - 1));
    try {
      while (true) {
        awaitWanted();
        long endNanos = System.nanoTime() + BURST_NANOS;
        while (System.nanoTime() - endNanos < 0) {
          sum.update(bytes);
        }
        TimeUnit.NANOSECONDS.sleep(pauseNanos);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
