package qiantang.store.fold;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import qiantang.store.fold.HealthTables.HealthPartition;
import qiantang.store.fold.HealthTables.HealthRow;
import qiantang.store.harness.Stages;
import qiantang.store.kept.KeptTables;
import qiantang.store.kept.KeptTables.Kept;
import qiantang.store.kept.KeptTables.KeptHour;
import qiantang.store.kept.KeptTables.Member;
import qiantang.store.kept.KeptTables.Sum;
import qiantang.store.kept.KeptTables.SumHour;
import qiantang.store.model.DeviceId;
import qiantang.store.model.EnterpriseId;

/**
 * What every implementation of the tables of health and of kept counts does. The tables may be
 * shared by all tests of the class: each has an enterprise and a platform of its own.
 */
public abstract class HealthTablesContract {
  private static final long MINUTE = 29_474_400;

  private EnterpriseId enterprise = EnterpriseId.OPERATOR;
  private String platform = "";

  /** The tables under test. */
  protected abstract HealthTables tables();

  /** The tables of kept counts under test. */
  protected abstract KeptTables kept();

  @BeforeEach
  final void name(TestInfo test) {
    platform = "h-" + Integer.toHexString(test.getDisplayName().hashCode());
    enterprise = new EnterpriseId(platform);
  }

  @Test
  void everythingWorksWhenEmpty() {
    Stages.await(tables().writeHealth(List.of()));
    HealthPartition partition = new HealthPartition(enterprise, Long.MIN_VALUE, 0);
    assertEquals(List.of(), read(partition, null));
    assertEquals(List.of(), read(partition, List.of(new DeviceId("d"))));
    assertEquals(Optional.empty(), Stages.await(kept().read(enterprise)));
    assertEquals(List.of(), Stages.await(kept().readHours(enterprise)));
    assertEquals(List.of(), Stages.await(kept().readMembers(platform, 0, null, 9)));
    assertEquals(List.of(), Stages.await(kept().readSums(platform)));
  }

  @Test
  void rowsOfLayoutsAndSessionsLieApart() {
    DeviceId device = new DeviceId("d1");
    HealthPartition usual = new HealthPartition(enterprise, Long.MIN_VALUE, 3);
    HealthPartition later = new HealthPartition(enterprise, 20_468, 3);
    HealthPartition sessions = HealthPartition.ofSessions(enterprise, device);
    Stages.await(
        tables()
            .writeHealth(
                List.of(
                    row(usual, "d1", 1, "usual"),
                    row(later, "d1", 1, "later"),
                    row(sessions, "d1", 1, "sessions"))));
    assertEquals(List.of("d1 1 usual"), read(usual, null));
    assertEquals(List.of("d1 1 later"), read(later, null));
    assertEquals(List.of("d1 1 sessions"), read(sessions, null));
  }

  @Test
  void anOlderRowIsLeftOut() {
    HealthPartition partition = new HealthPartition(enterprise, Long.MIN_VALUE, 1);
    Stages.await(tables().writeHealth(List.of(row(partition, "d1", 9, "new"))));
    Stages.await(
        tables()
            .writeHealth(
                List.of(row(partition, "d1", 8, "zzz old"), row(partition, "d2", 8, "other"))));
    assertEquals(List.of("d1 9 new", "d2 8 other"), read(partition, null));
    assertEquals(List.of("d2 8 other"), read(partition, List.of(new DeviceId("d2"))));
    assertEquals(
        List.of("d1 9 new", "d2 8 other"),
        read(partition, List.of(new DeviceId("d2"), new DeviceId("d1"), new DeviceId("d0"))));
  }

  @Test
  void theLastCountIsKept() {
    Stages.await(kept().write(new Kept(enterprise, 5, bytes("a"))));
    Stages.await(kept().write(new Kept(enterprise, 6, bytes("b"))));
    Kept found = Stages.await(kept().read(enterprise)).orElseThrow();
    assertEquals("6 b", found.countedMillis() + " " + text(found.bytes()));
    for (long hour : new long[] {9, 10, 9}) {
      Stages.await(kept().write(new KeptHour(enterprise, hour, bytes("h" + hour))));
    }
    assertEquals(
        List.of("9 h9", "10 h10"),
        Stages.await(kept().readHours(enterprise)).stream()
            .map(hour -> hour.hour() + " " + text(hour.bytes()))
            .toList());
  }

  @Test
  void membersComeInOrderOfIdBucketByBucket() {
    List<EnterpriseId> ids = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      EnterpriseId id = new EnterpriseId("e%03d".formatted(i));
      ids.add(id);
      Stages.await(kept().write(new Member(platform, id, i, bytes("m"))));
    }
    List<EnterpriseId> found = new ArrayList<>();
    for (int bucket = 0; bucket < KeptTables.BUCKETS; bucket++) {
      int of = bucket;
      List<EnterpriseId> expected =
          ids.stream().filter(id -> KeptTables.bucketOf(id) == of).toList();
      List<EnterpriseId> page = members(bucket, null, 5);
      assertEquals(expected.subList(0, 5), page);
      assertEquals(expected.subList(5, expected.size()), members(bucket, page.getLast(), 1000));
      found.addAll(expected);
    }
    assertEquals(300, found.size());
  }

  @Test
  void sumsAreOfAPlatform() {
    Stages.await(kept().write(new Sum(platform, 3, 7, bytes("x"))));
    Stages.await(kept().write(new Sum(platform, 3, 8, bytes("y"))));
    Stages.await(kept().write(new Sum(platform, 1, 8, bytes("z"))));
    Stages.await(kept().write(new Sum(platform + "-1", 2, 8, bytes("other"))));
    assertEquals(
        List.of("1 8 z", "3 8 y"),
        Stages.await(kept().readSums(platform)).stream()
            .map(sum -> sum.bucket() + " " + sum.countedMillis() + " " + text(sum.bytes()))
            .toList());
  }

  @Test
  void hoursOfSumsAreInOrderOfTimeAndTheLaterHolds() {
    for (SumHour hour :
        List.of(
            new SumHour(platform, 3, 9, bytes("old")),
            new SumHour(platform, 3, 9, bytes("x")),
            new SumHour(platform, 1, 8, bytes("y")),
            new SumHour(platform + "-1", 1, 8, bytes("other")))) {
      Stages.await(kept().write(hour));
    }
    assertEquals(
        List.of("8 1 y", "9 3 x"),
        Stages.await(kept().readSumHours(platform)).stream()
            .map(hour -> hour.hour() + " " + hour.bucket() + " " + text(hour.bytes()))
            .toList());
  }

  private List<EnterpriseId> members(int bucket, @Nullable EnterpriseId after, int limit) {
    return Stages.await(kept().readMembers(platform, bucket, after, limit)).stream()
        .map(Member::enterprise)
        .toList();
  }

  private static HealthRow row(
      HealthPartition partition, String device, long minute, String bytes) {
    return new HealthRow(partition, new DeviceId(device), MINUTE + minute, bytes(bytes));
  }

  private List<String> read(HealthPartition partition, @Nullable List<DeviceId> devices) {
    return Stages.await(tables().readHealth(partition, devices)).stream()
        .map(row -> row.device() + " " + (row.minute() - MINUTE) + " " + text(row.bytes()))
        .toList();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }
}
