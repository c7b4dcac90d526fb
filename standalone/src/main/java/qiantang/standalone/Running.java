package qiantang.standalone;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What has been started, to be stopped in reverse when the JVM is told to end (SIGTERM, Ctrl-C, or
 * the end of {@code main}). Stopping happens in one place, the shutdown hook.
 */
final class Running {
  /** For the starting thread to notice that it was interrupted, and to undo half a start. */
  private static final Duration ABANDON_LIMIT = Duration.ofSeconds(2);

  private final Deque<Part> parts = new ArrayDeque<>();
  private final CountDownLatch starterGone = new CountDownLatch(1);
  private final Consumer<String> progress;
  private boolean stopping;

  private record Part(String name, Duration limit, AutoCloseable closeable) {}

  private Running(Consumer<String> progress) {
    this.progress = progress;
  }

  /** Called by the thread that starts the parts; it is interrupted when the JVM is to end. */
  static Running withShutdownHook(Consumer<String> progress) {
    Running running = new Running(progress);
    Thread starter = Thread.currentThread();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> running.stop(starter), "stop"));
    return running;
  }

  /** {@code limit} is how long its closing is waited for before the next part is closed. */
  void add(String name, Duration limit, AutoCloseable closeable) {
    Part part = new Part(name, limit, closeable);
    synchronized (parts) {
      if (!stopping) {
        parts.push(part);
        return;
      }
    }
    close(part); // Started while everything else was being stopped.
  }

  /** Called by the starting thread when it will start nothing more, in whatever way it ended. */
  void starterIsGone() {
    starterGone.countDown();
  }

  private void stop(Thread starter) {
    synchronized (parts) {
      stopping = true;
    }
    starter.interrupt();
    awaitStarter();
    for (Part part = next(); part != null; part = next()) {
      close(part);
    }
  }

  private void awaitStarter() {
    try {
      if (!starterGone.await(ABANDON_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        progress.accept("the start was not abandoned in time; stopping what runs");
      }
    } catch (InterruptedException ignored) {
      Thread.currentThread().interrupt();
    }
  }

  private @Nullable Part next() {
    synchronized (parts) {
      return parts.poll();
    }
  }

  private void close(Part part) {
    Thread closer = Thread.ofPlatform().name("stop-" + part.name()).start(() -> closeNow(part));
    try {
      if (!closer.join(part.limit())) {
        progress.accept(
            "%s: did not stop within %d s".formatted(part.name(), part.limit().toSeconds()));
      }
    } catch (InterruptedException ignored) {
      Thread.currentThread().interrupt();
    }
  }

  private void closeNow(Part part) {
    long begun = System.nanoTime();
    try {
      part.closeable().close();
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
      progress.accept("%s: stopped in %.1f s".formatted(part.name(), millis / 1e3));
    } catch (Exception e) {
      progress.accept("%s: cannot stop: %s".formatted(part.name(), e));
    }
  }
}
