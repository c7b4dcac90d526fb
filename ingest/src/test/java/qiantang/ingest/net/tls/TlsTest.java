package qiantang.ingest.net.tls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import qiantang.ingest.auth.PeerCertificate;
import qiantang.ingest.auth.PeerRefused;
import qiantang.ingest.net.tls.Handshakes.Outcome;
import qiantang.ingest.net.tls.TestAuthority.Pair;

/** Handshakes between two channels in memory: our handlers, and the JDK's engine as the client. */
class TlsTest {
  @TempDir Path folder = Path.of("");
  private final TestAuthority authority = new TestAuthority("authority");
  private final List<Outcome> outcomes = new ArrayList<>();
  private final List<String> refusals = new ArrayList<>();
  private final List<Tls> opened = new ArrayList<>();
  private Path certificate = Path.of("");
  private Path key = Path.of("");
  private Path ca = Path.of("");
  private Path crl = Path.of("");

  @BeforeEach
  void writeFiles() {
    certificate = folder.resolve("server.pem");
    key = folder.resolve("server-key.pem");
    ca = folder.resolve("ca.pem");
    crl = folder.resolve("crl.pem");
    authority.issue("server").write(certificate, key);
    authority.write(ca);
  }

  @AfterEach
  void close() {
    opened.forEach(Tls::close);
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  void theNativeEngineIsThere() {
    assertTrue(OpenSsl.isAvailable(), String.valueOf(OpenSsl.unavailabilityCause()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void bytesGoThroughInBothVersions(String version) throws Exception {
    Tls tls = open(new TlsFiles(certificate, key, null, null, ClientAuthentication.none));
    try (Link link = link(tls, authority.client(null), version)) {
      assertEquals(List.of(Outcome.DONE), outcomes);
      assertEquals(version, link.engine.getSession().getProtocol());
      link.send("hello");
      assertEquals("hello", link.received());
      assertTrue(link.events.isEmpty(), "nobody was asked for a certificate");
      assertFalse(link.hasHandler(Handshakes.class), "it has nothing to do any more");
    }
  }

  @Test
  void oldVersionsAreRefused() throws Exception {
    Tls tls = open(new TlsFiles(certificate, key, null, null, ClientAuthentication.none));
    SslHandler handler = tls.handler(UnpooledByteBufAllocator.DEFAULT);
    EmbeddedChannel channel = new EmbeddedChannel(handler); // which releases the engine
    Set<String> versions = new HashSet<>(List.of(handler.engine().getEnabledProtocols()));
    versions.remove("SSLv2Hello"); // always said, never spoken
    assertEquals(Set.of("TLSv1.2", "TLSv1.3"), versions);
    channel.finishAndReleaseAll();
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void aClientsCertificateComesBeforeItsFirstBytes(String version) throws Exception {
    Pair own = authority.issue("acme/press-1");
    try (Link link =
        link(open(asking(ClientAuthentication.required)), authority.client(own), version)) {
      link.send("x");
      assertEquals("x", link.received());
      assertEquals(List.of(Handshakes.of(own.certificate())), link.events);
      PeerCertificate shown = (PeerCertificate) link.events.getFirst();
      assertEquals("acme/press-1", shown.commonName());
      assertEquals(64, shown.sha256().length());
      assertEquals(own.certificate().getNotAfter().toInstant(), shown.notAfter());
    }
  }

  @Test
  void aResumedSessionKnowsTheCertificateToo() throws Exception {
    for (String version : List.of("TLSv1.2", "TLSv1.3")) {
      Pair own = authority.issue("acme/press-1");
      SSLContext client = authority.client(own);
      Tls tls = open(asking(ClientAuthentication.required));
      long made;
      try (Link first = link(tls, client, version)) {
        first.send("x");
        first.answer("tickets come along with this");
        made = first.engine.getSession().getCreationTime();
      }
      awaitNextMillisecond(made);
      try (Link second = link(tls, client, version)) {
        assertEquals(made, second.engine.getSession().getCreationTime(), version + " not resumed");
        assertEquals(List.of(Handshakes.of(own.certificate())), second.events, version);
      }
    }
  }

  @Test
  void newFilesEndResumption() throws Exception {
    SSLContext client = authority.client(authority.issue("acme/press-1"));
    Tls tls = open(asking(ClientAuthentication.required));
    long made;
    try (Link first = link(tls, client, "TLSv1.3")) {
      first.answer("x");
      made = first.engine.getSession().getCreationTime();
    }
    authority.issue("server renewed").write(certificate, key);
    tls.look();
    tls.look();
    awaitNextMillisecond(made);
    try (Link second = link(tls, client, "TLSv1.3")) {
      assertTrue(second.engine.getSession().getCreationTime() > made);
    }
  }

  @Test
  void whoShowsNoneOrAStrangersIsRefusedWhereOneIsRequired() throws Exception {
    Tls tls = open(asking(ClientAuthentication.required));
    assertRefused(tls, authority.client(null));
    assertEquals("a client certificate was refused: none was shown", refusals.getFirst());
    Pair strange = new TestAuthority("authority").issue("acme/press-1");
    assertRefused(tls, authority.client(strange));
    assertRefused(tls, authority.client(authority.issue("late", Duration.ofDays(-1))));
    try (Link good = link(tls, authority.client(authority.issue("a/b")), "TLSv1.3")) {
      assertTrue(good.isOpen());
    }
  }

  @Test
  void whoShowsNoneComesInWhereItIsOptional() throws Exception {
    Tls tls = open(asking(ClientAuthentication.optional));
    try (Link link = link(tls, authority.client(null), "TLSv1.3")) {
      link.send("x");
      assertEquals("x", link.received());
      assertTrue(link.events.isEmpty());
    }
  }

  @Test
  void aRevokedCertificateIsRefusedFromTheNextLookOn() throws Exception {
    Pair good = authority.issue("a/good");
    Pair bad = authority.issue("a/bad");
    authority.writeRevoked(crl, Duration.ofDays(1));
    Tls tls = open(new TlsFiles(certificate, key, ca, crl, ClientAuthentication.required));
    try (Link living = link(tls, authority.client(bad), "TLSv1.3")) {
      authority.writeRevoked(crl, Duration.ofDays(1), bad);
      tls.look();
      tls.look();
      assertRefused(tls, authority.client(bad));
      assertTrue(refusals.getFirst().contains("that names a/bad was refused: Certificate has"));
      link(tls, authority.client(good), "TLSv1.3").close();
      living.send("still here");
      assertEquals("still here", living.received());
    }
  }

  @Test
  void aListThatHasRunOutLetsNobodyIn() throws Exception {
    authority.writeRevoked(crl, Duration.ofDays(-1));
    Tls tls = open(new TlsFiles(certificate, key, ca, crl, ClientAuthentication.optional));
    assertTrue(tls.crlExpirySeconds() < 0);
    assertRefused(tls, authority.client(authority.issue("a/b")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void fromItsNextUpdateOnAListLetsNobodyIn(String version) throws Exception {
    authority.writeRevoked(crl, Duration.ofHours(1)); // by the clock of the JDK it is valid
    AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    TlsFiles files = new TlsFiles(certificate, key, ca, crl, ClientAuthentication.optional);
    Tls tls = Tls.open(files, now::get);
    opened.add(tls);
    SSLContext client = authority.client(authority.issue("a/b"));
    try (Link living = link(tls, client, version)) {
      living.answer("a ticket to resume with comes along");
      now.set(now.get().plus(Duration.ofHours(1)));
      assertEquals(0, tls.crlExpirySeconds(), 1.0);
      for (SSLContext each : List.of(authority.client(authority.issue("a/c")), client)) {
        outcomes.clear();
        refusals.clear();
        try (Link link = link(tls, each, version)) {
          assertFalse(link.isOpen());
          assertEquals(List.of(Outcome.CLIENT_REFUSED), outcomes);
          assertTrue(link.fault.contains("certificate_expired"), link.fault);
        }
      }
      String told = refusals.getFirst();
      assertTrue(told.startsWith("a client certificate that names a/b was refused: the CRL"), told);
      assertTrue(told.contains("replace the file of --tls-crl"), told);
      living.send("who was here stays");
      assertEquals("who was here stays", living.received());
    }
    link(tls, authority.client(null), version).close();
    authority.writeRevoked(crl, Duration.ofHours(2));
    tls.look();
    tls.look();
    try (Link next = link(tls, client, version)) {
      assertTrue(next.isOpen());
    }
  }

  @Test
  void halfAChangeIsNotTakenAndThenTheWholeIs() throws Exception {
    Tls tls = open(new TlsFiles(certificate, key, null, null, ClientAuthentication.none));
    Pair fresh = authority.issue("server", Duration.ofDays(5));
    fresh.write(certificate, folder.resolve("elsewhere"));
    tls.look();
    tls.look();
    assertTrue(tls.isFaulty());
    assertTrue(tls.certificateExpirySeconds() < Duration.ofDays(2).toSeconds());
    link(tls, authority.client(null), "TLSv1.3").close();
    fresh.write(certificate, key);
    tls.look();
    assertTrue(tls.certificateExpirySeconds() < Duration.ofDays(2).toSeconds(), "seen only once");
    tls.look();
    assertTrue(tls.certificateExpirySeconds() > Duration.ofDays(4).toSeconds());
    assertFalse(tls.isFaulty());
    link(tls, authority.client(null), "TLSv1.3").close();
  }

  @Test
  void aFileThatIsGoneOrBrokenKeepsTheOneBefore() throws Exception {
    Tls tls = open(asking(ClientAuthentication.required));
    byte[] before = Files.readAllBytes(ca);
    Files.delete(ca);
    tls.look();
    assertTrue(tls.isFaulty());
    Files.writeString(ca, "rubbish");
    tls.look();
    tls.look();
    assertTrue(tls.isFaulty());
    link(tls, authority.client(authority.issue("a/b")), "TLSv1.3").close();
    Files.write(ca, before);
    tls.look();
    assertFalse(tls.isFaulty());
  }

  @Test
  void anotherAuthorityTakesOver() throws Exception {
    Tls tls = open(asking(ClientAuthentication.required));
    TestAuthority next = new TestAuthority("next");
    next.write(ca);
    tls.look();
    tls.look();
    assertRefused(tls, authority.client(authority.issue("a/b")));
  }

  @Test
  void aHelloThatClaims16MiBIsRefusedWithoutThem() throws Exception {
    Tls tls = open(new TlsFiles(certificate, key, null, null, ClientAuthentication.none));
    EmbeddedChannel server = server(tls, new ArrayList<>(), new StringBuilder());
    server.writeInbound(Unpooled.wrappedBuffer(new byte[] {0x16, 3, 1, 0, 4, 1, -1, -1, -1}));
    server.checkException();
    assertFalse(server.isOpen());
    assertEquals(List.of(Outcome.FAILED), outcomes);
    server.finishAndReleaseAll();
  }

  @Test
  void whatIsWrongIsASentenceThatNamesTheFile() throws Exception {
    assertFault("it holds no certificate", "", null);
    assertFault("is not PKCS#8; convert it with 'openssl pkcs8", null, pem("RSA PRIVATE KEY"));
    assertFault("the key is encrypted", null, pem("ENCRYPTED PRIVATE KEY"));
    assertFault("is not that of its first certificate", null, pem(authority.issue("x").key()));
    Files.delete(certificate);
    assertEquals(
        "cannot read " + certificate + ": no such file",
        assertThrows(IOException.class, () -> open(asking(ClientAuthentication.none)))
            .getMessage());
  }

  private static String pem(String kind) {
    return "-----BEGIN %s-----\nAAAA\n-----END %s-----\n".formatted(kind, kind);
  }

  private String pem(java.security.PrivateKey other) throws IOException {
    Path file = folder.resolve("other");
    TestAuthority.write(file, "PRIVATE KEY", other.getEncoded());
    return Files.readString(file);
  }

  private void assertFault(String fault, @Nullable String instead, @Nullable String keyInstead)
      throws IOException {
    writeFiles();
    if (instead != null) {
      Files.writeString(certificate, instead);
    }
    if (keyInstead != null) {
      Files.writeString(key, keyInstead);
    }
    String said =
        String.valueOf(
            assertThrows(IOException.class, () -> open(asking(ClientAuthentication.none)))
                .getMessage());
    assertTrue(said.contains(fault), said);
    assertTrue(said.contains(folder.toString()), said);
  }

  private TlsFiles asking(ClientAuthentication clients) {
    return new TlsFiles(certificate, key, ca, null, clients);
  }

  private Tls open(TlsFiles files) throws IOException {
    Tls tls = Tls.open(files, Instant::now);
    opened.add(tls);
    return tls;
  }

  private void assertRefused(Tls tls, SSLContext client) throws Exception {
    outcomes.clear();
    refusals.clear();
    try (Link link = new Link(tls, client.createSSLEngine())) {
      assertFalse(link.isOpen());
      assertTrue(link.events.isEmpty());
    }
    assertEquals(List.of(Outcome.CLIENT_REFUSED), outcomes);
    assertEquals(1, refusals.size());
  }

  private Link link(Tls tls, SSLContext client, String version) {
    SSLEngine engine = client.createSSLEngine("localhost", 8883); // so that it may resume
    engine.setEnabledProtocols(new String[] {version});
    return new Link(tls, engine);
  }

  private EmbeddedChannel server(Tls tls, List<Object> events, StringBuilder received) {
    return new EmbeddedChannel(
        tls.handler(UnpooledByteBufAllocator.DEFAULT),
        new Handshakes(outcomes::add, channel -> "somebody", () -> 0),
        new ChannelInboundHandlerAdapter() {
          @Override
          public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            received.append(bytes.toString(UTF_8));
            bytes.release();
          }

          @Override
          public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof PeerCertificate) {
              events.add(event);
            } else if (event instanceof PeerRefused refused) {
              refusals.add(refused.detail());
            }
          }
        });
  }

  /** Sessions are told apart by the millisecond in which they were made. */
  private static void awaitNextMillisecond(long millis) {
    while (System.currentTimeMillis() <= millis) {
      Thread.onSpinWait();
    }
  }

  /** A client and a server whose bytes are carried by hand. */
  private final class Link implements AutoCloseable {
    private final List<Object> events = new ArrayList<>();
    private final StringBuilder received = new StringBuilder();
    private final SSLEngine engine;
    private final EmbeddedChannel server;
    private final EmbeddedChannel client;
    private String fault = "";

    Link(Tls tls, SSLEngine engine) {
      this.engine = engine;
      engine.setUseClientMode(true);
      server = server(tls, events, received);
      client =
          new EmbeddedChannel(
              new SslHandler(engine),
              new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object message) {
                  ((ByteBuf) message).release();
                }

                @Override
                public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                  fault += cause;
                }
              });
      carry();
    }

    private void carry() {
      boolean isMoving = true;
      while (isMoving) {
        client.runPendingTasks();
        server.runPendingTasks();
        boolean isAsking = carry(client, server);
        isMoving = carry(server, client) || isAsking;
      }
    }

    private boolean carry(EmbeddedChannel from, EmbeddedChannel to) {
      ByteBuf bytes = from.readOutbound();
      if (bytes == null) {
        return false;
      }
      if (to.isOpen()) {
        to.writeInbound(bytes);
      } else {
        bytes.release();
      }
      return true;
    }

    void send(String text) {
      client.writeOutbound(Unpooled.copiedBuffer(text, UTF_8));
      carry();
    }

    void answer(String text) {
      server.writeOutbound(Unpooled.copiedBuffer(text, UTF_8));
      carry();
    }

    String received() {
      String text = received.toString();
      received.setLength(0);
      return text;
    }

    boolean isOpen() {
      return server.isOpen();
    }

    boolean hasHandler(Class<? extends io.netty.channel.ChannelHandler> type) {
      return server.pipeline().get(type) != null;
    }

    @Override
    public void close() {
      client.finishAndReleaseAll();
      server.finishAndReleaseAll();
    }
  }
}
