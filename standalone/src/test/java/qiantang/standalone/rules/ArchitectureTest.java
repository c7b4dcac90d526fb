package qiantang.standalone.rules;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The arrows of CONTRIBUTING.md. A rule that is red is a wrong arrow or a wrong rule: say which.
 */
class ArchitectureTest {
  private static final String DRIVER = "com.datastax..";
  private static final String JDK = "java..";
  private static final String JSPECIFY = "org.jspecify..";

  private static final String[] DETERMINISTIC = {
    "qiantang.store.journal..", "qiantang.store.fold..", "qiantang.store.read.."
  };

  private static final JavaClasses OURS =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(
              location -> !location.contains("-tests.jar")) // The store's contract kit.
          .importPackages("qiantang");

  private static final Map<String, ArchRule> RULES = rules();

  @TestFactory
  Stream<DynamicTest> holds() {
    return RULES.entrySet().stream()
        .map(rule -> DynamicTest.dynamicTest(rule.getKey(), () -> rule.getValue().check(OURS)));
  }

  @Test
  void allRulesSawAllModules() {
    assertEquals(19, RULES.size());
    for (String module : Set.of("store", "ingest", "query", "sim", "standalone")) {
      String name = "qiantang." + module;
      assertTrue(OURS.stream().anyMatch(type -> type.getPackageName().startsWith(name)), module);
    }
  }

  /** A rule that cannot fail keeps nothing. */
  @Test
  void aWrongArrowIsSeen() {
    JavaClasses tests = new ClassFileImporter().importPackages("qiantang.standalone.cassandra");
    ArchRule rule = RULES.get("only store.cassandra touches the driver");
    assertThrows(AssertionError.class, () -> rule.check(tests));
  }

  private static Map<String, ArchRule> rules() {
    Map<String, ArchRule> rules = new LinkedHashMap<>();
    addModules(rules);
    addLibraries(rules);
    addStore(rules);
    addStyle(rules);
    return rules;
  }

  private static void addModules(Map<String, ArchRule> rules) {
    rules.put(
        "store sees no other module",
        none("qiantang.store..", "qiantang.(ingest|query|sim|standalone|bench)..")
            .because("it is what the others are built on"));
    rules.put(
        "ingest sees store alone",
        none("qiantang.ingest..", "qiantang.(query|sim|standalone|bench)..")
            .because("ingest and query are deployed, scaled and fail apart"));
    rules.put(
        "query sees store alone",
        none("qiantang.query..", "qiantang.(ingest|sim|standalone|bench)..")
            .because("ingest and query are deployed, scaled and fail apart"));
    rules.put(
        "sim sees nobody",
        none("qiantang.sim..", "qiantang.(store|ingest|query|standalone|bench)..")
            .because("a simulator that shares the decoder cannot find the decoder's bugs"));
    rules.put(
        "nothing goes round in circles",
        slices()
            .matching("qiantang.(**)")
            .should()
            .beFreeOfCycles()
            .because("packages in a circle can only be understood and changed together"));
    rules.put(
        "only standalone.cassandra and sim.worker start processes",
        noClasses()
            .that(
                are(
                    resideOutsideOfPackages(
                        "qiantang.standalone.cassandra", "qiantang.sim.worker")))
            .should()
            .dependOnClassesThat()
            .areAssignableTo(ProcessBuilder.class)
            .because(
                "a child nobody stops outlives us; Cassandra has one place that stops it, and"
                    + " workers end with their standard input"));
  }

  private static void addLibraries(Map<String, ArchRule> rules) {
    rules.put(
        "only store.cassandra touches the driver",
        only(DRIVER, "qiantang.store.cassandra")
            .because("folds and readers run against tables in memory too, under one seed"));
    rules.put(
        "only the edges touch Netty",
        only(
                "io.netty..",
                "qiantang.ingest",
                "qiantang.ingest.net..",
                "qiantang.ingest.mqtt",
                "qiantang.query.http",
                "qiantang.sim..")
            .because("decoders take a ByteBuffer: they can be fuzzed, and leak nothing"));
    rules.put(
        "only query's edge touches Vert.x",
        only("io.vertx..", "qiantang.query", "qiantang.query.http")
            .because("use cases are plain Java, so that a test needs no event loop"));
  }

  private static void addStore(Map<String, ArchRule> rules) {
    rules.put(
        "model depends on the JDK alone",
        sees("qiantang.store.model", "qiantang.store.model")
            .because("everything depends on it, and what it drags in everything would have"));
    rules.put(
        "summary depends on model alone",
        sees("qiantang.store.summary", "qiantang.store.summary", "qiantang.store.model")
            .because("what follows from samples does not depend on how they are stored"));
    rules.put(
        "health depends on model alone",
        sees("qiantang.store.health", "qiantang.store.health", "qiantang.store.model")
            .because("what follows from evidence does not depend on how it is kept"));
    rules.put(
        "codec depends on model, summary and health alone",
        sees(
                "qiantang.store.codec",
                "qiantang.store.codec",
                "qiantang.store.model",
                "qiantang.store.health",
                "qiantang.store.summary")
            .because("bytes to records and back is a pure function"));
    rules.put(
        "journal, fold and read know ports, not tables",
        noClasses()
            .that()
            .resideInAnyPackage(DETERMINISTIC)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("qiantang.store.cassandra..", "qiantang.store.memory..")
            .allowEmptyShould(true)
            .because("they run unchanged on Cassandra and on tables in memory"));
    rules.put(
        "journal, fold and read are deterministic",
        noClasses()
            .that()
            .resideInAnyPackage(DETERMINISTIC)
            .should()
            .accessTargetWhere(describe("time, threads or chance", ArchitectureTest::isImpure))
            .orShould()
            .dependOnClassesThat(are(assignableToAny(Thread.class, java.util.Random.class)))
            .allowEmptyShould(true)
            .because(
                "clock, timers and tables are parameters, so that one seed replays a history"));
  }

  private static void addStyle(Map<String, ArchRule> rules) {
    rules.put(
        "no interface with one implementor",
        noClasses()
            .that(describe("interfaces, not sealed, not functional", ArchitectureTest::isOpenPort))
            .should(ArchConditions.haveExactlyOneImplementor())
            .allowEmptyShould(true)
            .because("it hides one class behind two names; a test seam is a functional parameter"));
    rules.put(
        "no names without a subject",
        noClasses()
            .should()
            .haveNameMatching(".*(Impl|Utils?|Helper|Manager|Service)")
            .orShould()
            .haveNameMatching(".*[.$](Abstract[A-Z]|I[A-Z][a-z]).*")
            .because("such a name does not say what the class is about, so everything fits in"));
    rules.put(
        "no mutable static field",
        fields()
            .that()
            .areStatic()
            .should()
            .beFinal()
            .because("two systems in one JVM, as in a test, would share it"));
    rules.put(
        "statements are package-private",
        classes()
            .that()
            .resideInAPackage("qiantang.store.cassandra")
            .and(describe("public", type -> type.getModifiers().contains(JavaModifier.PUBLIC)))
            .should()
            .haveNameMatching(".*\\.(Cassandra(Config)?|SchemaException)(\\$.*)?")
            .because("main wires ports; who can reach a statement will call it"));
  }

  private static ArchRule none(String from, String to) {
    return noClasses()
        .that()
        .resideInAPackage(from)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(to)
        .allowEmptyShould(true);
  }

  private static ArchRule only(String library, String... packages) {
    return noClasses()
        .that(are(resideOutsideOfPackages(packages)))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library)
        .allowEmptyShould(true);
  }

  private static ArchRule sees(String from, String... packages) {
    return classes()
        .that()
        .resideInAPackage(from)
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(packages)
                .or(resideInAnyPackage(JDK, JSPECIFY))
                .or(describe("arrays of primitives", type -> type.getPackageName().isEmpty())));
  }

  private static DescribedPredicate<JavaClass> assignableToAny(Class<?>... types) {
    return describe(
        "threads or chance",
        type -> Stream.of(types).anyMatch(banned -> type.isAssignableTo(banned)));
  }

  /** {@code Instant.now()}, {@code System.nanoTime()} and their like. */
  private static boolean isImpure(JavaAccess<?> access) {
    AccessTarget target = access.getTarget();
    String name = target.getOwner().getName() + "." + target.getName();
    return name.matches("java\\.time\\.(Instant|LocalDate|LocalDateTime|ZonedDateTime)\\.now")
        || name.matches("java\\.time\\.Clock\\.system.*")
        || name.matches("java\\.lang\\.System\\.(currentTimeMillis|nanoTime)")
        || name.matches("java\\.lang\\.Math\\.random")
        || name.matches("java\\.util\\.UUID\\.randomUUID")
        || name.matches("java\\.util\\.concurrent\\.(Executors|ThreadLocalRandom)\\..*");
  }

  private static boolean isOpenPort(JavaClass type) {
    if (!type.isInterface() || type.isAnnotation() || type.reflect().isSealed()) {
      return false;
    }
    long abstractMethods =
        type.getMethods().stream()
            .filter(method -> method.getModifiers().contains(JavaModifier.ABSTRACT))
            .count();
    return abstractMethods > 1;
  }
}
