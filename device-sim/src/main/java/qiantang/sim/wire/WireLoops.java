package qiantang.sim.wire;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The loops of one fleet: epoll where there is one, else NIO. */
public final class WireLoops implements AutoCloseable {
  private static final long CLOSE_SECONDS_MAX = 10;

  private final EventLoopGroup group;
  private final List<WireLoop> loops;

  private WireLoops(EventLoopGroup group, List<WireLoop> loops) {
    this.group = group;
    this.loops = loops;
  }

  public static WireLoops start(int count) {
    Transport transport = Transport.best();
    EventLoopGroup group = transport.loops(count, "sim");
    List<WireLoop> loops = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      EventLoop loop = group.next();
      loops.add(new WireLoop(loop, transport));
    }
    return new WireLoops(group, List.copyOf(loops));
  }

  public List<WireLoop> loops() {
    return loops;
  }

  /** Closes what is still open and waits for the threads to end. */
  @Override
  public void close() {
    loops.forEach(WireLoop::release);
    group
        .shutdownGracefully(0, CLOSE_SECONDS_MAX, TimeUnit.SECONDS)
        .awaitUninterruptibly(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
  }
}
