package qiantang.bench;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import qiantang.store.cassandra.Cassandra;
import qiantang.store.codec.RegisterCodec;
import qiantang.store.fold.RecordTables.RegisterPartition;
import qiantang.store.fold.RecordTables.RegisterRow;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;
import qiantang.store.model.Entry;
import qiantang.store.model.Register;
import qiantang.store.model.SessionEnd;
import qiantang.store.registry.Device;
import qiantang.store.registry.Enterprise;
import qiantang.store.registry.Retention;

/**
 * Very many devices of one enterprise as the registry and their registers tell of them. What each
 * is like is a pure function of its number, so that whoever lists them knows the answer.
 *
 * @param devices how many
 */
record RegisteredFleet(EnterpriseId enterprise, int devices, Instant began) {
  static final int GATEWAY_EACH = 50;
  static final int MODELS = 40;
  static final int FACTORIES = 20;
  static final int LINES = 10;

  private static final int RARELY = 1000;
  private static final int REGISTERS_AT_ONCE = 256;
  private static final int TOLD_EACH = 50_000;

  static DeviceId id(int number) {
    return new DeviceId("machine-%07d".formatted(number));
  }

  static boolean isGateway(int number) {
    return number % GATEWAY_EACH == 0;
  }

  static int gateway(int number) {
    return number - number % GATEWAY_EACH;
  }

  /** Spread over the ids, so that every page has some of everything. */
  private static int mixed(int number) {
    return (number * 0x9E3779B9) >>> 1;
  }

  static String model(int number) {
    return "model-" + mixed(number) % MODELS;
  }

  static String factory(int number) {
    return "factory-" + mixed(number + 1) % FACTORIES;
  }

  static String line(int number) {
    return "line-" + mixed(number + 2) % LINES;
  }

  static String name(int number) {
    return "Loom %d of hall %d".formatted(number, number / RARELY);
  }

  static boolean isDisabled(int number) {
    return mixed(number + 3) % RARELY == 0;
  }

  /** Whether it was ever connected. */
  static boolean wasConnected(int number) {
    return mixed(number + 4) % 10 < 6;
  }

  /** Why its session ended. */
  static SessionEnd end(int number) {
    int kind = mixed(number + 5) % RARELY;
    return kind == 0 ? SessionEnd.TAKEN_OVER : SessionEnd.DISCONNECT;
  }

  /** The first of the devices that are meant, in order of id. */
  List<String> first(IntPredicate meant, int max) {
    List<String> found = new ArrayList<>();
    for (int number = 0; number < devices && found.size() < max; number++) {
      if (meant.test(number)) {
        found.add(id(number).text());
      }
    }
    return found;
  }

  /** Blocks until all are stored. */
  void write(Cassandra cassandra) throws InterruptedException {
    Enterprise row =
        new Enterprise(enterprise, enterprise.text(), "", List.of(), Retention.YEAR_1, began);
    cassandra.registry().createEnterprise(row).toCompletableFuture().join();
    WritesUnderWay writes = new WritesUnderWay();
    List<RegisterRow> registers = new ArrayList<>();
    for (int number = 0; number < devices; number++) {
      writes.add(cassandra.registry().createDevice(device(number)));
      if (wasConnected(number)) {
        registers.add(register(number));
      }
      if (registers.size() == REGISTERS_AT_ONCE) {
        writes.add(cassandra.folds().writeRegisters(List.copyOf(registers)));
        registers.clear();
      }
      if (number % TOLD_EACH == 0) {
        System.err.printf("  %,d of %,d devices registered%n", number, devices);
      }
    }
    writes.add(cassandra.folds().writeRegisters(registers));
    writes.await();
  }

  private Device device(int number) {
    return new Device(
        enterprise,
        id(number),
        name(number),
        isGateway(number) ? Device.Kind.GATEWAY : Device.Kind.DEVICE,
        isGateway(number) ? null : id(gateway(number)),
        model(number),
        factory(number),
        line(number),
        isDisabled(number),
        began.minus(Duration.ofDays(2)));
  }

  private RegisterRow register(int number) {
    DeviceId id = id(number);
    long endMicros = began.toEpochMilli() * 1000;
    Entry.Presence last =
        new Entry.Presence(id, 1, false, end(number).word(), "client", "127.0.0.1:1", endMicros);
    Register register = new Register(endMicros, null, last, List.of());
    return new RegisterRow(
        RegisterPartition.of(enterprise, id),
        id,
        began.getEpochSecond() / 60,
        RegisterCodec.encode(register));
  }
}
