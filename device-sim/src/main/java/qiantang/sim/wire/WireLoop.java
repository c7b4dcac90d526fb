package qiantang.sim.wire;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** One thread that owns connections and does what falls due on them. Any thread may call. */
public final class WireLoop {
  private static final int CONNECT_TIMEOUT_MILLIS = 10_000;

  private final EventLoop loop;
  private final Class<? extends Channel> socketType;

  WireLoop(EventLoop loop, Class<? extends Channel> socketType) {
    this.loop = loop;
    this.socketType = socketType;
  }

  public void execute(Runnable task) {
    loop.execute(task);
  }

  public void schedule(Runnable task, Duration delay) {
    var _ = loop.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Runs on the loop's thread and answers from there. */
  public <T> CompletableFuture<T> ask(Callable<T> question) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    loop.execute(
        () -> {
          try {
            answer.complete(question.call());
          } catch (Exception e) {
            answer.completeExceptionally(e);
          }
        });
    return answer;
  }

  /** Opens a connection and sends CONNECT; the listener hears what becomes of it. */
  public void connect(InetSocketAddress address, Login login, Consumer<WireEvent> listener) {
    ChannelFuture connected =
        new Bootstrap()
            .group(loop)
            .channel(socketType)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel
                        .pipeline()
                        .addLast(new PacketDecoder(login.version()))
                        .addLast(new ConnectionHandler(login, listener));
                  }
                })
            .connect(address);
    var _ =
        connected.addListener(
            done -> {
              if (!done.isSuccess()) {
                String cause = "cannot connect to " + address + ": " + done.cause().getMessage();
                listener.accept(new WireEvent.Closed(cause));
              }
            });
  }
}
