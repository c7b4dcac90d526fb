package qiantang.sim.worker;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.Objects;
import org.junit.jupiter.api.RepeatedTest;
import qiantang.sim.fleet.Figures;

/** A worker process as its coordinator sees it. */
class ChildIT {

  /** Its pipe for orders breaks some time before the end of its words is read. */
  @RepeatedTest(10)
  void theEndOfAKilledOneIsTheSignalAlsoWhereAnOrderFindsItGoneFirst() throws Exception {
    try (Child child = Child.start(3, new Figures(), new PrintWriter(Writer.nullWriter()))) {
      assertTrue(ProcessHandle.of(child.pid()).orElseThrow().destroyForcibly());
      while (!child.end().isDone()) {
        child.tell(new Order.Reserve(7));
      }
      String end = Objects.requireNonNull(child.end().join());
      assertTrue(
          end.startsWith("worker 3 (pid " + child.pid() + "): it was ended by signal 9"), end);
    }
  }
}
