package qiantang.query;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

/** Runs tasks at once, or keeps them until it is opened. */
final class Gate implements Executor {
  private final Queue<Runnable> kept = new ArrayDeque<>();
  private boolean isShut;

  @Override
  public void execute(Runnable task) {
    synchronized (this) {
      if (isShut) {
        kept.add(task);
        return;
      }
    }
    task.run();
  }

  synchronized void shut() {
    isShut = true;
  }

  void open() {
    while (true) {
      Runnable task;
      synchronized (this) {
        task = kept.poll();
        if (task == null) {
          isShut = false;
          return;
        }
      }
      task.run();
    }
  }
}
