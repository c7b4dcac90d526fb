package qiantang.sim.capacity;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code qiantang sim plan}: the hardware for a number of devices. */
@Command(
    name = "plan",
    description = {
      "Reckons the hardware for a number of devices from what was measured on one node, and prints"
          + " each step with its formula and each figure with its source.",
      "A first plan, not an offer: measure on your machines and put your figures in with --figure."
    },
    mixinStandardHelpOptions = true,
    exitCodeOnInvalidInput = 4,
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {"0:here is the plan", "4:an option is wrong"})
public final class PlanCommand implements Callable<Integer> {
  private static final double SECONDS_PER_DAY = 86_400;
  private static final int COPIES_MAX = 9;
  private static final int SPARES_MAX = 1_000;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--devices",
      paramLabel = "N",
      required = true,
      converter = Quantity.Count.class,
      description = "Devices, such as 50M")
  private double devices;

  @Option(
      names = "--enterprises",
      paramLabel = "N",
      defaultValue = "100k",
      converter = Quantity.Count.class,
      description = "Enterprises they belong to. Default: ${DEFAULT-VALUE}")
  private double enterprises;

  @Option(
      names = "--period",
      paramLabel = "TIME",
      defaultValue = "10s",
      converter = Quantity.Seconds.class,
      description = "Between two messages of a connection. Default: ${DEFAULT-VALUE}")
  private double periodSeconds;

  @Option(
      names = "--metrics",
      paramLabel = "N",
      defaultValue = "10",
      converter = Quantity.Count.class,
      description = "Samples of a device in a message. Default: ${DEFAULT-VALUE}")
  private double metrics;

  @Option(
      names = "--devices-per-connection",
      paramLabel = "N",
      defaultValue = "1",
      converter = Quantity.Count.class,
      description = "Devices behind a gateway. Default: ${DEFAULT-VALUE}, no gateways")
  private double devicesPerConnection;

  @Option(
      names = "--retention",
      paramLabel = "TIME",
      defaultValue = "365d",
      converter = Quantity.Seconds.class,
      description = "How long history is kept. Default: ${DEFAULT-VALUE}")
  private double retentionSeconds;

  @Option(
      names = "--replication",
      paramLabel = "N",
      defaultValue = "3",
      description = "Copies in Cassandra. Default: ${DEFAULT-VALUE}")
  private int replication;

  @Option(
      names = "--questions-per-minute",
      paramLabel = "N",
      defaultValue = "6",
      converter = Quantity.Count.class,
      description = "Of each enterprise, to the query API. Default: ${DEFAULT-VALUE}")
  private double questionsPerMinute;

  @Option(
      names = "--node-cores",
      paramLabel = "N",
      defaultValue = "16",
      converter = Quantity.Count.class,
      description = "Cores of a node. Default: ${DEFAULT-VALUE}")
  private double nodeCores;

  @Option(
      names = "--node-memory",
      paramLabel = "BYTES",
      defaultValue = "64G",
      converter = Quantity.Count.class,
      description = "Memory of a node. Default: ${DEFAULT-VALUE}")
  private double nodeMemory;

  @Option(
      names = "--node-disk",
      paramLabel = "BYTES",
      defaultValue = "16T",
      converter = Quantity.Count.class,
      description = "Disk of a Cassandra node. Default: ${DEFAULT-VALUE}")
  private double nodeDisk;

  @Option(
      names = "--load",
      paramLabel = "SHARE",
      defaultValue = "50%",
      converter = Quantity.Share.class,
      description = "Of cores and memory that may be in use. Default: ${DEFAULT-VALUE}")
  private double load;

  @Option(
      names = "--disk-free",
      paramLabel = "SHARE",
      defaultValue = "30%",
      converter = Quantity.Share.class,
      description = "Of a disk, for compaction and repair. Default: ${DEFAULT-VALUE}")
  private double diskFree;

  @Option(
      names = "--spares",
      paramLabel = "N",
      defaultValue = "1",
      description = "Nodes of each kind beyond need. Default: ${DEFAULT-VALUE}")
  private int spares;

  @Option(
      names = "--figure",
      paramLabel = "NAME=N",
      converter = {FigureName.class, Quantity.Count.class},
      description = {
        "A measured figure of yours, such as disk-bytes-per-sample=2.1; may be given often.",
        "The table lists all names with their defaults."
      })
  private Map<UnitFigure, Double> figures = new LinkedHashMap<>();

  @Option(names = "--json", description = "Prints the plan as JSON.")
  private boolean json;

  @Override
  public Integer call() throws JsonProcessingException {
    within("--replication", replication, 1, COPIES_MAX);
    within("--spares", spares, 0, SPARES_MAX);
    Demand demand =
        new Demand(
            devices,
            enterprises,
            periodSeconds,
            metrics,
            devicesPerConnection,
            retentionSeconds / SECONDS_PER_DAY,
            replication,
            questionsPerMinute);
    NodeShape node = new NodeShape(nodeCores, nodeMemory, nodeDisk, load, diskFree, spares);
    double base =
        figures.getOrDefault(UnitFigure.INGEST_BASE_BYTES, UnitFigure.INGEST_BASE_BYTES.value());
    if (node.memoryBytes() * node.load() <= base) {
      throw new ParameterException(
          spec.commandLine(),
          "--node-memory and --load leave no room for connections beside " + base + " B of ingest");
    }
    HardwarePlan plan = HardwarePlan.of(demand, node, figures);
    PlanText text = new PlanText(demand, node, figures, plan);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(
          new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(text.json()));
    } else {
      out.print(text.table());
    }
    out.flush();
    return 0;
  }

  private void within(String option, int value, int min, int max) {
    if (value < min || value > max) {
      throw new ParameterException(
          spec.commandLine(), option + " takes " + min + " to " + max + ", not " + value);
    }
  }

  /** Figures by the names that the table prints. */
  static final class FigureName implements ITypeConverter<UnitFigure> {
    @Override
    public UnitFigure convert(String text) {
      return Arrays.stream(UnitFigure.values())
          .filter(figure -> figure.label().equals(text))
          .findFirst()
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "'"
                          + text
                          + "' is none of "
                          + Arrays.stream(UnitFigure.values())
                              .map(UnitFigure::label)
                              .collect(Collectors.joining(", "))));
    }
  }
}
