package qiantang.ingest.net.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import qiantang.ingest.meter.Exposition;
import qiantang.store.journal.LimitedLog;

/**
 * The TLS of a node's listeners. New handshakes get what the files said last that was usable;
 * connections keep what they began with. Any thread.
 */
public final class Tls implements AutoCloseable {
  /**
   * How often the files are looked at. What has changed is taken at the second look, and sessions
   * whose certificate is revoked by it end within 5 s: 3 s, and what their event loop needs.
   */
  public static final Duration LOOK = Duration.ofMillis(1500);

  private static final Logger logger = LoggerFactory.getLogger(Tls.class);

  private final TlsFiles files;
  private final InstantSource clock;
  private final LimitedLog overdue = new LimitedLog(logger, System::nanoTime);

  // Guarded by this. Engines hold the context they were made of; ours is one more hold on it, and
  // must not be let go while a loop makes an engine.
  private TlsMaterial material;
  private String digest;
  private String seen;
  private @Nullable String fault;
  private boolean isClosed;
  private long listsOver;

  /**
   * Reads the files.
   *
   * @throws IOException where one cannot be used; the message says which and what to do
   */
  public static Tls open(TlsFiles files, InstantSource clock) throws IOException {
    TlsMaterial.Content content = TlsMaterial.Content.read(files);
    return new Tls(files, clock, TlsMaterial.of(files, content, clock), content.digest());
  }

  private Tls(TlsFiles files, InstantSource clock, TlsMaterial material, String digest) {
    this.files = files;
    this.clock = clock;
    this.material = material;
    this.digest = digest;
    seen = digest;
  }

  /**
   * A handler for one connection. It has no timeout of its own: the session's, for its CONNECT,
   * runs from the first byte of the handshake on.
   */
  public synchronized SslHandler handler(ByteBufAllocator allocator) {
    endResumption();
    SslHandler handler = material.context().newHandler(allocator);
    handler.setHandshakeTimeoutMillis(0);
    return handler;
  }

  /** From a list's nextUpdate on, whoever resumes is asked for a certificate that is checked. */
  private void endResumption() {
    long now = material.listsOver(clock.instant());
    if (now > listsOver && !isClosed) {
      material.resumeNone();
    }
    listsOver = now;
  }

  /** Whether clients are asked for a certificate. */
  public boolean asksClients() {
    return files.clients() != ClientAuthentication.none;
  }

  /**
   * Takes up files that have changed. Certificate and key are replaced one after the other: only
   * what two looks in a row saw is taken. To be called every {@link #LOOK}.
   *
   * @return whether others are in use now
   */
  public boolean look() {
    tellOverdue();
    try {
      TlsMaterial.Content content = TlsMaterial.Content.read(files);
      if (isNew(content.digest())) {
        take(TlsMaterial.of(files, content, clock), content.digest());
        return true;
      }
    } catch (IOException | RuntimeException e) {
      complain(String.valueOf(e.getMessage()));
    }
    return false;
  }

  /** Said whether clients come or not, once a minute. */
  private synchronized void tellOverdue() {
    endResumption(); // of those too that have a handler already
    if (listsOver > 0) {
      overdue.warn(
          "client certificates are refused: " + CurrentLists.ranOut(material.crlEnds().getFirst()));
    }
  }

  /** Which clients' certificates are revoked by the files in use. */
  public Revoked revoked() {
    return current().revoked();
  }

  private synchronized boolean isNew(String now) {
    boolean isStable = now.equals(seen);
    seen = now;
    if (now.equals(digest)) {
      fault = null; // mended by putting back what was there
      return false;
    }
    return isStable;
  }

  private synchronized void take(TlsMaterial fresh, String freshDigest) {
    if (isClosed) {
      ReferenceCountUtil.release(fresh.context());
      return;
    }
    ReferenceCountUtil.release(material.context());
    material = fresh;
    digest = freshDigest;
    fault = null;
    listsOver = fresh.listsOver(clock.instant()); // and nobody has a ticket of it
    logger.info(
        "new TLS files are in use for new connections; the certificate expires {}",
        fresh.certificateExpiry());
  }

  /** Once, not at every look. */
  private synchronized void complain(String now) {
    if (!now.equals(fault)) {
      fault = now;
      logger.error("the TLS files before stay in use: {}", now);
    }
  }

  /** Shows how long the files last. */
  public void showIn(Exposition exposition) {
    exposition.gauge(
        "qiantang_ingest_certificate_expiry_seconds",
        "until the server's certificate expires",
        this::certificateExpirySeconds);
    exposition.gauge(
        "qiantang_ingest_crl_expiry_seconds",
        "until the first CRL must be replaced: from then on no client certificate of its authority"
            + " is taken",
        this::crlExpirySeconds);
    exposition.gauge(
        "qiantang_ingest_tls_files_faulty",
        "1 while the TLS files cannot be used and those before stay in use",
        () -> isFaulty() ? 1 : 0);
  }

  /** Until the server's certificate expires; negative afterwards. */
  double certificateExpirySeconds() {
    return secondsUntil(current().certificateExpiry());
  }

  /** Until the CRL must have been replaced; infinite without one. */
  double crlExpirySeconds() {
    List<Instant> ends = current().crlEnds();
    return ends.isEmpty() ? Double.POSITIVE_INFINITY : secondsUntil(ends.getFirst());
  }

  /** Whether the files as they are now cannot be used. */
  synchronized boolean isFaulty() {
    return fault != null;
  }

  private synchronized TlsMaterial current() {
    return material;
  }

  private double secondsUntil(Instant instant) {
    return Duration.between(clock.instant(), instant).toMillis() / 1000.0;
  }

  /** No new connections; those there are keep what they hold. */
  @Override
  public synchronized void close() {
    if (!isClosed) {
      isClosed = true;
      ReferenceCountUtil.release(material.context());
    }
  }
}
