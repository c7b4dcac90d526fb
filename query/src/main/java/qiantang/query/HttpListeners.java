package qiantang.query;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.Router;
import java.net.BindException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.query.http.Undecodable;

/** Opens the HTTP port on every address, on each event loop of a Vert.x. */
final class HttpListeners {
  // A port that is free on one address may be taken on the next; another one is soon found.
  private static final int FREE_PORT_TRIES = 20;
  private static final int IDLE_SECONDS = 120;
  private static final int URL_BYTES_MAX = 16 * 1024;
  private static final int HEADER_BYTES_MAX = 16 * 1024;

  private static final Logger logger = LoggerFactory.getLogger(HttpListeners.class);

  private final Vertx vertx;
  private final Function<Vertx, Router> routers;
  private final int loops;

  HttpListeners(Vertx vertx, Function<Vertx, Router> routers, int loops) {
    this.vertx = vertx;
    this.routers = routers;
    this.loops = loops;
  }

  /** Listens on all addresses; answers the port. */
  int listen(List<String> addresses, int wantedPort) throws CannotListenException {
    for (int tries = 1; ; tries++) {
      List<String> deployed = new ArrayList<>();
      try {
        return listen(addresses, wantedPort, deployed);
      } catch (CannotListenException e) {
        deployed.forEach(id -> vertx.undeploy(id).await());
        boolean isLuck = wantedPort == 0 && addresses.size() > 1;
        if (!isLuck || tries == FREE_PORT_TRIES) {
          throw e;
        }
      }
    }
  }

  private int listen(List<String> addresses, int wantedPort, List<String> deployed)
      throws CannotListenException {
    int port = wantedPort;
    for (String address : addresses) {
      try {
        port = listenOn(address, port, deployed);
      } catch (CannotBind e) {
        if (e.isMissing() && address.contains(":") && addresses.size() > 1) {
          logger.info("not listening on {}: this machine has no such address", address);
        } else {
          throw new CannotListenException(e.sentence(address, port), e);
        }
      }
    }
    if (deployed.isEmpty()) {
      throw new CannotListenException(
          "cannot listen: none of the addresses " + addresses + " is this machine's", null);
    }
    return port;
  }

  /** One verticle per event loop: Vert.x spreads the connections of one port over them. */
  private int listenOn(String address, int wantedPort, List<String> deployed) throws CannotBind {
    // A plain 0 would give each verticle a port of its own; the verticles of one deployment share
    // the free port of one number.
    SocketAddress where =
        wantedPort == 0
            ? SocketAddress.sharedRandomPort(1, address)
            : SocketAddress.inetSocketAddress(wantedPort, address);
    List<Listener> listeners =
        IntStream.range(0, loops).mapToObj(i -> new Listener(where)).toList();
    Iterator<Listener> next = listeners.iterator();
    try {
      deployed.add(
          vertx.deployVerticle(next::next, new DeploymentOptions().setInstances(loops)).await());
    } catch (Exception e) {
      throw CannotBind.of(e);
    }
    return listeners.getFirst().server().actualPort();
  }

  /** One address cannot be bound. */
  private static final class CannotBind extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean isMissing;
    private final String reason;

    private CannotBind(Throwable cause, boolean isMissing, String reason) {
      super(cause);
      this.isMissing = isMissing;
      this.reason = reason;
    }

    static CannotBind of(Exception thrown) {
      Throwable cause = thrown;
      while (cause.getCause() != null) {
        cause = cause.getCause();
      }
      String text = String.valueOf(cause.getMessage());
      if (cause instanceof BindException && text.contains("in use")) {
        return new CannotBind(
            cause, false, "the port is in use (stop what uses it, or choose another one)");
      }
      // A machine, or a JVM, without IPv6 says so in one of several ways.
      boolean isMissing =
          text.contains("assign")
              || text.contains("family")
              || cause instanceof UnsupportedAddressTypeException;
      return new CannotBind(
          cause, isMissing, isMissing ? "this machine has no such address" : cause.toString());
    }

    boolean isMissing() {
      return isMissing;
    }

    String sentence(String address, int port) {
      String host = address.contains(":") ? "[" + address + "]" : address;
      return "cannot listen on " + host + ":" + port + ": " + reason;
    }
  }

  /** Serves one address on one event loop. */
  private final class Listener extends VerticleBase {
    private final SocketAddress where;
    private @Nullable HttpServer server;

    Listener(SocketAddress where) {
      this.where = where;
    }

    HttpServer server() {
      if (server == null) {
        throw new AssertionError("BUG: asked for the port before it was open");
      }
      return server;
    }

    @Override
    public Future<?> start() {
      HttpServer opened =
          vertx
              .createHttpServer(
                  new HttpServerOptions()
                      .setHandle100ContinueAutomatically(true)
                      .setMaxInitialLineLength(URL_BYTES_MAX)
                      .setMaxHeaderSize(HEADER_BYTES_MAX)
                      .setIdleTimeout(IDLE_SECONDS))
              .requestHandler(routers.apply(vertx))
              .invalidRequestHandler(raw -> Undecodable.answer(raw, HEADER_BYTES_MAX));
      server = opened;
      return opened.listen(where);
    }
  }
}
