package qiantang.ingest.net.tls;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertPathValidatorException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.ingest.auth.PeerCertificate;
import qiantang.ingest.auth.PeerRefused;
import qiantang.store.journal.LimitedLog;
import qiantang.store.journal.Ticker;

/**
 * Stands behind the TLS handler until the handshake is over: counts how it ended and passes the
 * client's certificate on, as an event that comes before the first packet. Event loops.
 */
@Sharable
public final class Handshakes extends ChannelInboundHandlerAdapter {
  /** How a handshake ended. */
  public enum Outcome {
    /** With a connection. */
    DONE("done"),
    /** The client's certificate is missing, not trusted, expired or revoked. */
    CLIENT_REFUSED("client-refused"),
    /** The client went, or was too slow. */
    CUT("cut"),
    /** No common version or cipher, or bytes that are no TLS. */
    FAILED("failed");

    private final String word;

    Outcome(String word) {
      this.word = word;
    }

    /** The word in metrics. */
    public String word() {
      return word;
    }
  }

  // Of a name 97 bytes are possible: an enterprise and a device.
  private static final int NAME_CHARS_KEPT = 128;
  private static final int REASON_CHARS_KEPT = 256;

  private static final Logger logger = LoggerFactory.getLogger(Handshakes.class);

  private final Consumer<Outcome> meter;
  private final Function<Channel, @Nullable SocketAddress> source;
  private final LimitedLog refusals;
  private final LimitedLog failures;

  /**
   * Tells each outcome to {@code meter}.
   *
   * @param source where a connection comes from
   */
  public Handshakes(
      Consumer<Outcome> meter, Function<Channel, @Nullable SocketAddress> source, Ticker ticker) {
    this.meter = meter;
    this.source = source;
    refusals = new LimitedLog(logger, ticker);
    failures = new LimitedLog(logger, ticker);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (!(event instanceof SslHandshakeCompletionEvent completion)) {
      ctx.fireUserEventTriggered(event);
      return;
    }
    if (completion.isSuccess()) {
      meter.accept(Outcome.DONE);
      @Nullable PeerCertificate certificate = certificate(ctx);
      ctx.pipeline().remove(this);
      if (certificate != null) {
        ctx.fireUserEventTriggered(certificate);
      }
    } else {
      Outcome outcome = outcome(completion.cause());
      meter.accept(outcome);
      if (outcome == Outcome.CLIENT_REFUSED) {
        ctx.fireUserEventTriggered(new PeerRefused(detail(completion.cause())));
      }
      tell(outcome, source.apply(ctx.channel()) + ": ", completion.cause());
    }
  }

  /** Who only went is nobody's trouble: health checks and scanners do. */
  private void tell(Outcome outcome, String who, Throwable cause) {
    switch (outcome) {
      case CLIENT_REFUSED -> refusals.warn("no TLS with " + who + detail(cause));
      case FAILED -> failures.warn("no TLS with " + who + reason(cause));
      case CUT -> logger.debug("no TLS with {}{}", who, cause.toString());
      case DONE -> throw new AssertionError("BUG: a handshake that is done has no cause");
    }
  }

  /** The TLS handler closes by itself; the session has no part in it. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof DecoderException && cause.getCause() instanceof SSLException) {
      var _ = ctx.close();
    } else {
      ctx.fireExceptionCaught(cause);
    }
  }

  private static Outcome outcome(Throwable cause) {
    if (cause instanceof ClosedChannelException) {
      return Outcome.CUT;
    }
    for (Throwable at = cause; at != null; at = at.getCause()) {
      if (at instanceof CertificateException || isMissing(String.valueOf(at.getMessage()))) {
        return Outcome.CLIENT_REFUSED;
      }
    }
    return Outcome.FAILED;
  }

  /** A certificate that must be shown: in the words of BoringSSL, and of the JDK. */
  private static boolean isMissing(String message) {
    return message.contains("PEER_DID_NOT_RETURN_A_CERTIFICATE")
        || message.contains("Empty client certificate chain");
  }

  /** What the innermost cause says, and whose certificate it is about. */
  private static String detail(Throwable cause) {
    String name = "";
    Throwable root = cause;
    for (Throwable at = cause; at != null; at = at.getCause()) {
      root = at;
      if (at instanceof CertPathValidatorException invalid
          && invalid.getCertPath() != null
          && !invalid.getCertPath().getCertificates().isEmpty()
          && invalid.getCertPath().getCertificates().getFirst() instanceof X509Certificate leaf) {
        name = " that names " + cut(commonName(leaf), NAME_CHARS_KEPT);
      }
    }
    String why = isMissing(String.valueOf(root.getMessage())) ? "none was shown" : reason(root);
    return "a client certificate" + name + " was refused: " + why;
  }

  private static String reason(Throwable root) {
    String message = root.getMessage();
    return cut(message == null ? root.toString() : message, REASON_CHARS_KEPT);
  }

  private static String cut(String text, int charsMax) {
    return text.length() <= charsMax ? text : text.substring(0, charsMax) + "...";
  }

  private static @Nullable PeerCertificate certificate(ChannelHandlerContext ctx) {
    SslHandler ssl = ctx.pipeline().get(SslHandler.class);
    if (ssl == null || !(ssl.engine().getWantClientAuth() || ssl.engine().getNeedClientAuth())) {
      return null;
    }
    try {
      Certificate[] chain = ssl.engine().getSession().getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate leaf ? of(leaf) : null;
    } catch (SSLPeerUnverifiedException ignored) {
      return null; // it showed none, and need not
    }
  }

  static PeerCertificate of(X509Certificate certificate) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
      return new PeerCertificate(
          commonName(certificate),
          HexFormat.of().formatHex(digest),
          certificate.getNotAfter().toInstant());
    } catch (GeneralSecurityException e) {
      throw new AssertionError("BUG: a certificate that was checked cannot be encoded", e);
    }
  }

  private static String commonName(X509Certificate certificate) {
    try {
      LdapName subject = new LdapName(certificate.getSubjectX500Principal().getName());
      for (Rdn part : subject.getRdns().reversed()) { // as it is read: the most special first
        if (part.getType().equalsIgnoreCase("CN") && part.getValue() instanceof String name) {
          return name;
        }
      }
    } catch (InvalidNameException ignored) {
      // A subject that is no name of RFC 2253 has no CN.
    }
    return "";
  }
}
