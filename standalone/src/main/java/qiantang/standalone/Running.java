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
  /**
   * For the starting thread to notice that it was interrupted, and to undo half a start. What comes
   * last of all is not started then, so its limit covers this one.
   */
  static final Duration ABANDON_LIMIT = Duration.ofSeconds(1);

  private final Deque<Part> parts = new ArrayDeque<>();
  private final CountDownLatch starterGone = new CountDownLatch(1);
  private final Consumer<String> progress;
  private boolean stopping;

  private record Part(String name, Duration limit, AutoCloseable closeable, boolean quiet) {}

  Running(Consumer<String> progress) {
    this.progress = progress;
  }

  /** Called by the thread that starts the parts; it is interrupted when the JVM is to end. */
  static Running withShutdownHook(Consumer<String> progress) {
    Running running = new Running(progress);
    Thread starter = Thread.currentThread();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> running.stop(starter), "stop"));
    return running;
  }

  /**
   * Notes what was started.
   *
   * @param limit how long its closing is waited for before the next part is closed; what it leaves
   *     of it goes to the next
   */
  void add(String name, Duration limit, AutoCloseable closeable) {
    add(new Part(name, limit, closeable, false));
  }

  /** The same for what is only let go: nobody is told that it was. */
  void addQuietly(String name, Duration limit, AutoCloseable closeable) {
    add(new Part(name, limit, closeable, true));
  }

  private void add(Part part) {
    synchronized (parts) {
      if (!stopping) {
        parts.push(part);
        return;
      }
    }
    // Started while everything else was being stopped.
    close(part, System.nanoTime() + part.limit().toNanos());
  }

  /** Called by the starting thread when it will start nothing more, in whatever way it ended. */
  void starterIsGone() {
    starterGone.countDown();
  }

  /** Returns when all is stopped, or all their limits together are over. */
  void stop(Thread starter) {
    synchronized (parts) {
      stopping = true;
    }
    starter.interrupt();
    awaitStarter();
    long deadlineNanos = System.nanoTime();
    for (Part part = next(); part != null; part = next()) {
      deadlineNanos += part.limit().toNanos();
      close(part, deadlineNanos);
    }
  }

  private void awaitStarter() {
    try {
      if (!starterGone.await(ABANDON_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        progress.accept(
            "the start waits for something that cannot be interrupted; stopping what runs");
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

  private void close(Part part, long deadlineNanos) {
    long begunNanos = System.nanoTime();
    Thread closer = Thread.ofPlatform().name("stop-" + part.name()).start(() -> closeNow(part));
    try {
      if (!closer.join(Duration.ofNanos(deadlineNanos - begunNanos))) {
        progress.accept(
            "%s: did not stop within %.1f s".formatted(part.name(), secondsSince(begunNanos)));
      }
    } catch (InterruptedException ignored) {
      Thread.currentThread().interrupt();
    }
  }

  private void closeNow(Part part) {
    long begunNanos = System.nanoTime();
    try {
      part.closeable().close();
      if (!part.quiet()) {
        progress.accept("%s: stopped in %.1f s".formatted(part.name(), secondsSince(begunNanos)));
      }
    } catch (Exception e) {
      progress.accept("%s: cannot stop: %s".formatted(part.name(), e));
    }
  }

  private static double secondsSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos) / 1e3;
  }
}
