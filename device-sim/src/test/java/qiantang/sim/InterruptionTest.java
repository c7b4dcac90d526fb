package qiantang.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class InterruptionTest {
  private final StringWriter said = new StringWriter();
  private final Interruption interruption = new Interruption(new PrintWriter(said));

  @Test
  void aSignalWhileTheJournalIsMadeWaitsUntilItCanBeRemoved() throws Exception {
    CountDownLatch halfMade = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Thread run =
        Thread.startVirtualThread(
            () ->
                interruption.make(
                    () -> {
                      halfMade.countDown();
                      await(goOn);
                      interruption.say(() -> "removed");
                      return "made";
                    }));
    await(halfMade);
    Thread hook = Thread.ofPlatform().start(interruption::speak);
    Await.until("it waits, or has not waited", () -> speakerWaits() || !hook.isAlive());
    goOn.countDown();
    hook.join();
    run.join();
    assertEquals("ended by a signal removed", said.toString().strip());
  }

  @Test
  void afterASignalNothingIsMade() {
    interruption.speak();
    AtomicBoolean made = new AtomicBoolean();
    Thread run =
        Thread.ofPlatform().daemon().start(() -> interruption.make(() -> made.getAndSet(true)));
    Await.until("it stands aside", () -> run.getState() == Thread.State.WAITING || made.get());
    assertTrue(!made.get(), "made after the signal");
    assertEquals("ended by a signal " + Interruption.TOO_EARLY, said.toString().strip());
  }

  private static boolean speakerWaits() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(t -> t.getName().equals("last-words") && t.getState() == Thread.State.BLOCKED);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
