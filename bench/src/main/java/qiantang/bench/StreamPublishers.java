package qiantang.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import qiantang.store.registry.Device;

/** Devices that publish one numbered value each, now and again, and note when it was taken. */
final class StreamPublishers implements AutoCloseable {
  // A bench of an hour with 50 devices a second; later messages would not be found again.
  private static final int MESSAGES_MAX = 1 << 20;

  private static final String TOPIC = "v1/devices/me/telemetry";
  private static final int QOS_1 = 0x32;

  private final int mqttPort;
  private final List<String> tokens;
  private final int periodMillis;
  private final AtomicInteger numbers = new AtomicInteger();
  private final AtomicLongArray ackedNanos = new AtomicLongArray(MESSAGES_MAX);
  private final List<Thread> threads = new ArrayList<>();

  StreamPublishers(int mqttPort, List<String> tokens, int periodMillis) {
    this.mqttPort = mqttPort;
    this.tokens = tokens;
    this.periodMillis = periodMillis;
  }

  /** The id of a device, by its number. */
  String device(int number) {
    return LoadIdentity.of(tokens.get(number), number, Device.Kind.DEVICE).id().text();
  }

  /** When a message was acknowledged; 0 while it was not. */
  long ackedNanos(int number) {
    return number < MESSAGES_MAX ? ackedNanos.get(number) : 0;
  }

  void start() {
    for (int i = 0; i < tokens.size(); i++) {
      int number = i;
      threads.add(Thread.ofVirtual().start(() -> publish(number)));
    }
  }

  private void publish(int device) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), mqttPort)) {
      socket.setTcpNoDelay(true);
      OutputStream out = socket.getOutputStream();
      DataInputStream in = new DataInputStream(socket.getInputStream());
      ByteBuf connect =
          ConnectPacket.write(Unpooled.buffer(), "device-" + device, tokens.get(device), 60);
      out.write(ByteBufUtil.getBytes(connect));
      in.readFully(new byte[4]); // CONNACK
      // Planned times, evenly among the devices: a slow answer makes the next message no later.
      long plannedNanos = System.nanoTime() + periodNanos() * device / tokens.size();
      while (!Thread.currentThread().isInterrupted()) {
        TimeUnit.NANOSECONDS.sleep(plannedNanos - System.nanoTime());
        plannedNanos += periodNanos();
        int message = numbers.getAndIncrement();
        out.write(packet(message));
        in.readFully(new byte[4]); // PUBACK
        if (message < MESSAGES_MAX) {
          ackedNanos.set(message, System.nanoTime());
        }
      }
    } catch (IOException e) {
      System.err.println("a device is gone: " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private long periodNanos() {
    return TimeUnit.MILLISECONDS.toNanos(periodMillis);
  }

  private static byte[] packet(int message) {
    byte[] topic = TOPIC.getBytes(UTF_8);
    byte[] payload = ("{\"n\":" + message + ",\"temperature\":42.17}").getBytes(UTF_8);
    int remaining = 2 + topic.length + 2 + payload.length; // below 128: one byte
    ByteBuf out = Unpooled.buffer(2 + remaining);
    out.writeByte(QOS_1).writeByte(remaining).writeShort(topic.length).writeBytes(topic);
    out.writeShort(message % 65_535 + 1).writeBytes(payload);
    return ByteBufUtil.getBytes(out);
  }

  @Override
  public void close() {
    threads.forEach(Thread::interrupt);
  }
}
