package qiantang.ingest.payload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import qiantang.ingest.payload.DialectCase.Step;
import qiantang.store.model.DeviceId;

/**
 * Two edge nodes on one connection, whose messages come, are refused before their number is read,
 * or do not come at all, by chance: what is told as lost is what did not come, and nothing else.
 */
class LostNumbersTest {
  private static final int SEEDS = 20;
  private static final int ACTS = 1000;
  private static final byte[] UNREADABLE = {(byte) 0xff};

  /** Fewer numbers than there are between two that come: else nobody can tell. */
  private static final int UNSEEN_MAX = 255;

  @Test
  void whatIsLostIsToldAndWhatWasRefusedIsNot() {
    for (long seed = 0; seed < SEEDS; seed++) {
      new History(seed).run();
    }
  }

  /** What really happened to a node's messages, and what was told. */
  private static final class Node {
    private final String name;
    private int seq;
    private int unseen;
    private long dropped;
    private long untold;
    private long told;

    Node(String name) {
      this.name = name;
    }

    int nextSeq() {
      seq = (seq + 1) & 255;
      return seq;
    }
  }

  /** What follows from a seed. */
  private static final class History {
    private final long seed;
    private final Random random;
    private final DialectSession session = new DialectSession(true);
    private final Node[] nodes = {new Node("n"), new Node("m")};
    private int refused;

    History(long seed) {
      this.seed = seed;
      random = new Random(seed);
    }

    void run() {
      for (Node node : nodes) {
        birth(node);
      }
      for (int i = 0; i < ACTS; i++) {
        Node node = nodes[random.nextInt(nodes.length)];
        switch (node.unseen == UNSEEN_MAX ? -1 : random.nextInt(80)) {
          case 0 -> {
            lines("spBv1.0/g/NDEATH/" + node.name, "{\"metrics\":[]}");
            birth(node);
          }
          case 1, 2, 3, 4, 5, 6, 7, 8, 9 -> drop(node, 1 + random.nextInt(3));
          case 10, 11, 12, 13, 14, 15, 16, 17, 18, 19 -> refuse(node, 1);
          case 20, 21, 22, 23, 24 -> refuse(node, random.nextInt(60));
          default -> data(node);
        }
        assertEquals(
            node.dropped, node.told, "seed " + seed + ", act " + i + ", node " + node.name);
      }
      assertTrue(refused > ACTS / 10, "seed " + seed);
    }

    /** They do not come; the next that does shows it. */
    private void drop(Node node, int count) {
      int most = Math.min(count, UNSEEN_MAX - node.unseen);
      node.seq = (node.seq + most) & 255;
      node.untold += most;
      node.unseen += most;
    }

    private void refuse(Node node, int count) {
      int most = Math.min(count, UNSEEN_MAX - node.unseen);
      for (int i = 0; i < most; i++) {
        int seq = node.nextSeq();
        String topic = "spBv1.0/g/NDATA/" + node.name;
        if (random.nextBoolean()) {
          lines(topic, UNREADABLE);
        } else {
          lines(topic + "/x/y/z", "{\"seq\":" + seq + ",\"metrics\":[]}");
        }
      }
      node.unseen += most;
      refused += most;
    }

    private void data(Node node) {
      node.dropped += node.untold;
      node.untold = 0;
      node.unseen = 0;
      lines("spBv1.0/g/NDATA/" + node.name, "{\"seq\":" + node.nextSeq() + ",\"metrics\":[]}");
    }

    /** What was lost before it is not told: the numbers begin anew. */
    private void birth(Node node) {
      node.seq = random.nextInt(256);
      node.unseen = 0;
      node.untold = 0;
      lines("spBv1.0/g/NBIRTH/" + node.name, "{\"seq\":" + node.seq + ",\"metrics\":[]}");
    }

    private void lines(String topic, String payload) {
      lines(topic, SparkplugWriter.payload(payload));
    }

    private void lines(String topic, byte[] payload) {
      for (String line : session.lines(new Step(topic, false, payload, List.of()))) {
        for (Node node : nodes) {
          if (line.startsWith("lost ") && line.endsWith(DeviceId.ofName("g/" + node.name).text())) {
            node.told += Integer.parseInt(line.split(" ", 3)[1]);
          }
        }
      }
    }
  }
}
