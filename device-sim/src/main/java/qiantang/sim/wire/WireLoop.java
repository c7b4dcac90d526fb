package qiantang.sim.wire;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollChannelOption;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One thread that owns connections and does what falls due on them. Any thread may call. */
public final class WireLoop {
  private static final int CONNECT_TIMEOUT_MILLIS = 10_000;

  private final EventLoop loop;
  private final Transport transport;
  private final SendBuffer sending = new SendBuffer();
  private volatile @Nullable Throwable failure;

  WireLoop(EventLoop loop, Transport transport) {
    this.loop = loop;
    this.transport = transport;
  }

  public void execute(Runnable task) {
    loop.execute(() -> watched(task));
  }

  public void schedule(Runnable task, Duration delay) {
    var _ = loop.schedule(() -> watched(task), delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** A task that failed has left its work half done, and Netty would go on without a word. */
  private void watched(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      failure = e;
      throw e;
    }
  }

  /** What a task failed with, which is a bug; null while none has. */
  public @Nullable Throwable failure() {
    return failure;
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

  /**
   * Opens a connection and sends CONNECT; the listener hears what becomes of it.
   *
   * @param tls null without
   * @param source where it comes from; null for what the machine chooses
   */
  public void connect(
      InetSocketAddress address,
      @Nullable Tls tls,
      @Nullable InetAddress source,
      Login login,
      Consumer<WireEvent> listener) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(transport.socket())
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
            .handler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    if (tls != null) {
                      channel.pipeline().addLast(tls.handler(channel, address));
                    }
                    channel
                        .pipeline()
                        .addLast(new PacketDecoder(login.version()))
                        .addLast(
                            new ConnectionHandler(address, tls != null, login, listener, sending));
                  }
                });
    if (source != null) {
      bootstrap.localAddress(new InetSocketAddress(source, 0));
      if (transport == Transport.EPOLL) {
        // Else bind takes a port of its own for each socket, whatever the other end is.
        bootstrap.option(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, true);
      }
    }
    ChannelFuture connected = bootstrap.connect(address);
    var _ =
        connected.addListener(
            done -> {
              if (!done.isSuccess()) {
                String from = source == null ? "" : " from " + source.getHostAddress();
                String cause =
                    "cannot connect to %s%s: %s"
                        .formatted(Addresses.text(address), from, reason(done.cause()));
                listener.accept(new WireEvent.Closed(cause, false));
              }
            });
  }

  private static String reason(Throwable thrown) {
    String said = String.valueOf(thrown.getMessage());
    return switch (thrown) {
      case ConnectTimeoutException _ -> "no answer within " + CONNECT_TIMEOUT_MILLIS / 1_000 + " s";
      case UnknownHostException _ -> "no host of this name is known";
      case NoRouteToHostException _ -> "no way leads there";
      case ConnectException _ when said.contains("refused") ->
          "the connection was refused, nobody listens there";
      default -> said;
    };
  }

  /** Gives the loop's memory back; nothing is sent from here on. */
  void release() {
    loop.execute(sending::close);
  }
}
