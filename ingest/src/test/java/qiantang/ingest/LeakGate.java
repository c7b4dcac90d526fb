package qiantang.ingest;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * A buffer that nobody released fails the build: Netty's detector (paranoid in tests) tells of it
 * when the collector has found the buffer and somebody takes the next one, so that is brought about
 * when all tests have run. Jupiter finds it by itself, for every test class.
 */
public final class LeakGate implements BeforeAllCallback {
  private static final Namespace NAMESPACE = Namespace.create(LeakGate.class);
  private static final int COLLECTIONS = 3;
  private static final int BUFFERS = 64;

  private final Queue<String> leaks = new ConcurrentLinkedQueue<>();

  /** Made by Jupiter, once. */
  public LeakGate() {}

  @Override
  public void beforeAll(ExtensionContext context) {
    context.getRoot().getStore(NAMESPACE).computeIfAbsent("gate", key -> watch());
  }

  private AutoCloseable watch() {
    ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(
        new ResourceLeakDetectorFactory() {
          @Override
          @SuppressWarnings("deprecation") // abstract still
          public <T> ResourceLeakDetector<T> newResourceLeakDetector(
              Class<T> resource, int samplingInterval, long maxActive) {
            return newResourceLeakDetector(resource, samplingInterval);
          }

          @Override
          public <T> ResourceLeakDetector<T> newResourceLeakDetector(
              Class<T> resource, int samplingInterval) {
            return new Teller<>(resource, samplingInterval);
          }
        });
    return this::check;
  }

  private void check() {
    for (int i = 0; i < COLLECTIONS; i++) {
      System.gc();
      for (int j = 0; j < BUFFERS; j++) {
        ByteBuf buffer = PooledByteBufAllocator.DEFAULT.buffer();
        buffer.release();
      }
    }
    if (!leaks.isEmpty()) {
      throw new AssertionError(
          leaks.size() + " buffers were never released: " + List.copyOf(leaks));
    }
  }

  /** Says it where Netty would only log it. */
  private final class Teller<T> extends ResourceLeakDetector<T> {
    Teller(Class<?> resource, int samplingInterval) {
      super(resource, samplingInterval);
    }

    @Override
    protected boolean needReport() {
      return true;
    }

    @Override
    protected void reportTracedLeak(String resource, String records) {
      note(resource, records);
    }

    @Override
    protected void reportUntracedLeak(String resource) {
      note(resource, "");
    }

    // A node that ends cuts its connections off after half a second, and what OpenSSL holds of them
    // goes with the process. A buffer has no such excuse.
    private void note(String resource, String records) {
      if (resource.contains("ByteBuf")) {
        leaks.add(resource + records);
      }
    }
  }
}
