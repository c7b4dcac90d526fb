package qiantang.sim.wire;

import io.netty.channel.Channel;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.net.InetSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.PKIXReason;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import qiantang.sim.outcome.ExitCode;
import qiantang.sim.outcome.Outcome;

/**
 * TLS 1.3 or 1.2 of the JDK towards servers whose certificates must be signed by an authority that
 * is trusted and must name the host that was asked for. Any thread.
 *
 * <p>No connection takes up the session of another: each makes a whole handshake, as a device does
 * that was just switched on. That is what a system must stand when a whole fleet comes back, and no
 * sessions pile up here.
 */
public final class Tls {
  /** As long as a login may take. */
  private static final long HANDSHAKE_MILLIS_MAX = 20_000;

  /** The JDK keeps client sessions by host and port; with one kept, none is found again. */
  private static final int SESSIONS_KEPT = 1;

  private static final String UNTRUSTED =
      "no authority that is trusted signed the server's certificate; give its authority's with"
          + " --tls-ca FILE";

  private final SslContext context;

  /** In place of the port, which is only a name for a session here. */
  private final AtomicInteger session = new AtomicInteger();

  /**
   * Why a handshake failed and what to do.
   *
   * @param lasting whether another attempt would end the same way
   */
  record Trouble(String text, boolean lasting) {}

  private Tls(SslContext context) {
    this.context = context;
  }

  /**
   * Trusts these authorities.
   *
   * @param authorities their certificates, PEM; null for those that the JDK knows
   * @param source where they are from, for messages
   */
  public static Outcome<Tls> trusting(@Nullable String authorities, String source) {
    SslContextBuilder builder =
        SslContextBuilder.forClient()
            .sslProvider(SslProvider.JDK)
            .protocols("TLSv1.3", "TLSv1.2")
            .endpointIdentificationAlgorithm("HTTPS") // RFC 2818: the host that was asked for
            .sessionCacheSize(SESSIONS_KEPT);
    try {
      if (authorities != null) {
        byte[] pem = authorities.getBytes(StandardCharsets.US_ASCII);
        builder.trustManager(new ByteArrayInputStream(pem));
      }
      return new Outcome.Done<>(new Tls(builder.build()));
    } catch (IllegalArgumentException | SSLException e) {
      return new Outcome.Failed<>(
          ExitCode.USAGE,
          "cannot trust the authorities in %s: %s; it must hold certificates in PEM, beginning with"
                  .formatted(source, cause(e))
              + " -----BEGIN CERTIFICATE-----");
    }
  }

  SslHandler handler(Channel channel, InetSocketAddress server) {
    int name = session.incrementAndGet() & Integer.MAX_VALUE;
    SslHandler handler = context.newHandler(channel.alloc(), server.getHostString(), name);
    handler.setHandshakeTimeoutMillis(HANDSHAKE_MILLIS_MAX);
    return handler;
  }

  /** Why a handshake failed and what to do, in one sentence. */
  static Trouble trouble(InetSocketAddress server, Throwable thrown) {
    return of(server, reason(server, thrown));
  }

  /**
   * Likewise of what came after it: with TLS 1.3 the client's handshake is done before the server
   * has looked at its certificate (RFC 8446, 4.4.2.4).
   *
   * @return null where the handshake has no part in it
   */
  static @Nullable Trouble lateTrouble(InetSocketAddress server, Throwable thrown) {
    Trouble demanded = demanded(cause(root(thrown)));
    return demanded == null ? null : of(server, demanded);
  }

  private static Trouble of(InetSocketAddress server, Trouble reason) {
    return new Trouble(
        "cannot open TLS to %s: %s".formatted(Addresses.text(server), reason.text()),
        reason.lasting());
  }

  private static Trouble reason(InetSocketAddress server, Throwable thrown) {
    for (Throwable at = thrown; at != null; at = at.getCause()) {
      switch (at) {
        case CertificateExpiredException e -> {
          return lasts("the server's certificate has ended (" + e.getMessage() + "); renew it");
        }
        case CertificateNotYetValidException e -> {
          return lasts(
              "the server's certificate is not valid yet ("
                  + e.getMessage()
                  + "); look at the clocks of both machines");
        }
        case CertPathBuilderException _ -> {
          return lasts(UNTRUSTED);
        }
        case CertPathValidatorException e when e.getReason() == PKIXReason.NO_TRUST_ANCHOR -> {
          return lasts(UNTRUSTED);
        }
        case NotSslRecordException _ -> {
          return lasts(
              "the server does not speak TLS there; give the port of MQTT over TLS with --mqtts");
        }
        case SslHandshakeTimeoutException _ -> {
          return passes("no answer within " + HANDSHAKE_MILLIS_MAX / 1_000 + " s");
        }
        case ClosedChannelException _ -> {
          return passes("the server closed the connection in the handshake");
        }
        default -> {
          // The cause of the cause may say more.
        }
      }
    }
    return lessClear(server, thrown);
  }

  private static Trouble lasts(String text) {
    return new Trouble(text, true);
  }

  private static Trouble passes(String text) {
    return new Trouble(text, false);
  }

  private static Trouble lessClear(InetSocketAddress server, Throwable thrown) {
    Throwable cause = root(thrown);
    String said = cause(cause);
    if (cause instanceof CertPathValidatorException) {
      return lasts("the server's certificate cannot be trusted (" + said + "); see --tls-ca");
    }
    if (cause instanceof CertificateException) {
      return lasts(
          "the server's certificate is not for %s (%s); connect to a host that it names"
              .formatted(server.getHostString(), said));
    }
    Trouble demanded = demanded(said);
    return demanded == null ? passes(said) : demanded;
  }

  private static Throwable root(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** Where the server's alert says that it wants a certificate of the client, else null. */
  private static @Nullable Trouble demanded(String said) {
    return said.contains("certificate_required") || said.contains("bad_certificate")
        ? lasts(
            "the server asks for a certificate of the client (%s), and this simulator has none;"
                    .formatted(said)
                + " let it take clients without one")
        : null;
  }

  private static String cause(Throwable thrown) {
    Throwable cause = thrown.getCause() == null ? thrown : thrown.getCause();
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : message;
  }
}
