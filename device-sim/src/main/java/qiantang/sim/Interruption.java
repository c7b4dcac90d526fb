package qiantang.sim;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is said when a signal (Ctrl-C, kill) ends this process in the midst of a run: what was sent
 * so far, and how to audit it. The exit code is the JVM's, 128 and the signal's number. The run's
 * thread tells and closes it; the hook's own thread speaks.
 */
final class Interruption implements AutoCloseable {
  /** Whoever ends a process does not wait long, and a terminal may have gone. */
  private static final Duration TELL_MAX = Duration.ofSeconds(2);

  /** Ctrl-C goes to the workers too, and may be noticed by their end first. */
  private static final Duration NOTICE_MAX = Duration.ofMillis(500);

  /** Of a run whose plan has not begun. */
  static final String TOO_EARLY = "before the plan began: nothing was sent";

  private final PrintWriter err;
  private final CountDownLatch begun = new CountDownLatch(1);
  private final Thread hook = new Thread(this::speak, "interruption");
  private volatile @Nullable Supplier<String> words;

  /** What is said is settled: nothing may be made any more that a signal must undo. By this. */
  private boolean settled;

  Interruption(PrintWriter err) {
    this.err = err;
  }

  /** From now on a signal has an answer. */
  static Interruption watch(PrintWriter err) {
    Interruption watched = new Interruption(err);
    Runtime.getRuntime().addShutdownHook(watched.hook);
    return watched;
  }

  /** From here on this is what is said; it is asked by another thread and must not wait. */
  void say(Supplier<String> what) {
    words = what;
  }

  /**
   * Makes what a signal must undo. A signal in its midst waits until it is there and {@link #say}
   * was told how to undo it; after a signal nothing is made, and this does not return.
   */
  <T> T make(Supplier<T> what) {
    synchronized (this) {
      if (!settled) {
        return what.get();
      }
    }
    standAside();
    throw new IllegalStateException("the process ends, and yet it goes on");
  }

  private synchronized @Nullable Supplier<String> settle() {
    settled = true;
    return words;
  }

  /** Whether the process is about to end, so that nobody else should speak. */
  boolean underWay() {
    return begun.getCount() == 0;
  }

  /**
   * Does not return where a signal is why the run cannot go on: what it is told is said by the
   * hook, and the JVM ends when that has spoken.
   */
  void standAside() {
    try {
      if (begun.await(NOTICE_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
        new CountDownLatch(1).await(); // until the process ends
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What the hook does. */
  void speak() {
    begun.countDown();
    Thread speaking =
        Thread.ofPlatform()
            .daemon()
            .name("last-words")
            .start(
                () -> {
                  Supplier<String> known = settle();
                  err.println();
                  err.println("ended by a signal " + (known == null ? TOO_EARLY : known.get()));
                  err.flush();
                });
    try {
      speaking.join(TELL_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The run has ended by itself. */
  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process ends already, and the hook speaks.
    }
  }
}
