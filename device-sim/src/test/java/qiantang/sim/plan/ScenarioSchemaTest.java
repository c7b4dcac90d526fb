package qiantang.sim.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import qiantang.sim.outcome.Outcome;

/** The schema in the jar says what the reader says. */
class ScenarioSchemaTest {

  /** Uses each key that there is. */
  private static final String EVERYTHING =
      """
      version: 1
      seed: 1
      connectPerSecond: 10
      ackGrace: 1m
      phases:
        - {name: a, kind: burst, duration: 20s, load: 200%, share: 10%, every: 5s}
      fleets:
        - name: a
          kind: gateway
          enterprise: e
          count: 1
          subDevices: 2
          model: pump
          period: 1s
          jitter: 1%
          inFlight: 1
          keepAlive: 60s
          mqtt: "5"
          dialect: sparkplug
          tls: true
          qos: 2
      thresholds: ["late == 0"]
      disorder:
        late: {share: 1%, delay: 1m}
        outOfOrder: 1%
        duplicates: 0.5%
        clockSkew: {normal: 1s, jump: {share: 1%, at: 5s, by: -1m}}
        backlog: 1m
      faults:
        malformed: {share: 1%, kinds: [nan]}
        slowReaders: 1%
        halfOpen: 1%
        net: {latency: 1ms, jitter: 1ms, bandwidth: 1KB/s, blackhole: 1%, reset: 1/s}
      probes: {ack: always, visible: 1%}
      """;

  private static final String HEAD =
      "version: 1\nduration: 20s\nfleets: [{name: a, count: 1, model: pump}]\n";

  static Stream<Path> readyScenarios() {
    try (Stream<Path> files = Files.list(Path.of("scenarios"))) {
      return files.filter(file -> file.toString().endsWith(".yaml")).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("readyScenarios")
  void readyScenariosFollowTheSchema(Path file) throws IOException {
    assertEquals(Set.of(), faults(Files.readString(file)));
  }

  @Test
  void theSchemaKnowsTheKeysOfTheReaderAndNoOthers() throws IOException {
    assertEquals(Set.of(), faults(EVERYTHING));
    Map<String, Set<String>> keys = new TreeMap<>();
    JsonNode schema = schemaJson();
    collect(schema, schema, "", keys);
    Map<String, Set<String>> known = ScenarioReader.knownKeys(EVERYTHING);
    assertEquals(known, keys);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "extra: 1",
        "disorder: {late: {share: 1%}}",
        "disorder: {outOfOrder: many}",
        "faults: {net: {bandwidth: fast}}",
        "faults: {malformed: {share: 1%, kinds: [rude]}}",
        "probes: {ack: never}",
        "phases: [{name: a, duration: 1s}]",
        "seed: x",
      })
  void whatOneRefusesTheOtherRefuses(String more) throws IOException {
    assertFalse(faults(HEAD + more).isEmpty(), more);
    if (ScenarioReader.read("t", HEAD + more) instanceof Outcome.Done<Scenario>) {
      fail("the reader takes " + more);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name: a, count: 1, model: car",
        "name: a, count: 1, model: pump, kind: gateway",
        "name: a, count: 1, model: pump, subDevices: 2",
        "name: a, count: 0, model: pump",
        "name: a, count: 1, model: pump, qos: 3",
        "name: a, count: 1, model: pump, tls: perhaps",
        "count: 1, model: pump",
      })
  void aFleetThatOneRefusesTheOtherRefuses(String fleet) throws IOException {
    String text = "version: 1\nduration: 20s\nfleets: [{" + fleet + "}]\n";
    assertFalse(faults(text).isEmpty(), fleet);
    if (ScenarioReader.read("t", text) instanceof Outcome.Done<Scenario>) {
      fail("the reader takes " + fleet);
    }
  }

  @Test
  void namedChoicesAreThoseOfTheReader() throws IOException {
    JsonNode fleet = schemaJson().at("/$defs/fleet/properties");
    assertEquals(
        Stream.of(SignalModel.values()).map(SignalModel::label).toList(), texts(fleet, "model"));
    assertEquals(Stream.of(Dialect.values()).map(Dialect::label).toList(), texts(fleet, "dialect"));
    assertEquals(
        Stream.of(Phase.Kind.values()).map(Phase.Kind::label).toList(),
        texts(schemaJson().at("/$defs/phase/properties"), "kind"));
  }

  private static List<String> texts(JsonNode properties, String key) {
    return StreamSupport.stream(properties.path(key).path("enum").spliterator(), false)
        .map(JsonNode::asText)
        .toList();
  }

  /** Walks properties, lists and references; paths are those of the reader. */
  private static void collect(
      JsonNode root, JsonNode at, String path, Map<String, Set<String>> keys) {
    JsonNode node = at.has("$ref") ? root.at(at.path("$ref").asText().substring(1)) : at;
    JsonNode properties = node.path("properties");
    if (properties.isObject()) {
      Set<String> names = new TreeSet<>();
      properties.fieldNames().forEachRemaining(names::add);
      keys.put(path, names);
      for (String name : names) {
        collect(root, properties.path(name), path.isEmpty() ? name : path + "." + name, keys);
      }
    }
    if (node.path("items").isObject()) {
      collect(root, node.path("items"), path + "[]", keys);
    }
  }

  private static Set<String> faults(String yaml) throws IOException {
    JsonSchema schema =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(schemaJson());
    JsonNode document = new YAMLMapper().readTree(yaml);
    assertTrue(document.isObject());
    return schema.validate(document).stream()
        .map(Object::toString)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static JsonNode schemaJson() throws IOException {
    try (InputStream schema =
        ScenarioSchemaTest.class.getResourceAsStream("/scenario.schema.json")) {
      return new JsonMapper().readTree(Objects.requireNonNull(schema));
    }
  }
}
