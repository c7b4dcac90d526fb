package qiantang.sim.fleet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class TimerWheelTest {
  private static final int TIMERS = 40;
  private static final long IDLE = Long.MIN_VALUE;

  @Test
  void wakesWhatASortedModelWakesAtTheSameTicks() {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      // From below zero too: a plan may begin in a moment.
      long now = random.nextInt(4) == 0 ? -random.nextInt(5_000) : random.nextLong(1L << 40);
      TimerWheel wheel = new TimerWheel(TIMERS, now);
      long[] model = new long[TIMERS];
      Arrays.fill(model, IDLE);
      for (int step = 0; step < 120; step++) {
        int timer = random.nextInt(TIMERS);
        if (model[timer] == IDLE) {
          long due = now + ahead(random);
          model[timer] = Math.max(due, now + 1); // what has passed means the next tick
          wheel.schedule(timer, due);
        }
        assertNothingIsDueBeforeNextTick(wheel, model, now);
        long until = now + (random.nextInt(3) == 0 ? ahead(random) / 4 : random.nextInt(3));
        assertEquals(expected(model, now, until), woken(wheel, model, until), "seed " + seed);
        now = Math.max(now, until);
      }
    }
  }

  @Test
  void whoComesDueMayScheduleItselfIntoTheSlotThatFalls() {
    TimerWheel wheel = new TimerWheel(1, 1_022);
    List<Long> woken = new ArrayList<>();
    long[] tick = {1_024};
    wheel.schedule(0, 1_024); // where a cascade happens
    for (long now = 1_023; now < 1_030; now++) {
      long at = now;
      wheel.advance(
          now,
          timer -> {
            woken.add(at);
            wheel.schedule(timer, tick[0]); // has passed: as soon as possible, not in a turn
          });
    }
    assertEquals(List.of(1_024L, 1_025L, 1_026L, 1_027L, 1_028L, 1_029L), woken);
  }

  @Test
  void farDeadlinesBeyondTheLastLevelAreKept() {
    TimerWheel wheel = new TimerWheel(2, 0);
    long far = (1L << 30) + 12_345;
    wheel.schedule(0, far);
    List<Integer> woken = new ArrayList<>();
    wheel.advance(far - 1, woken::add);
    assertEquals(List.of(), woken);
    wheel.advance(far, woken::add);
    assertEquals(List.of(0), woken);
    assertEquals(TimerWheel.NEVER, wheel.nextTick());
  }

  /** Near, over one level, over two; often at the edges of slots. */
  private static long ahead(Random random) {
    long span = 1L << (10 * random.nextInt(3));
    return switch (random.nextInt(4)) {
      case 0 -> -random.nextInt(3);
      case 1 -> span * random.nextInt(3) + random.nextInt(3) - 1;
      default -> random.nextLong(Math.min(span * 4, 1L << 21) + 1);
    };
  }

  private static void assertNothingIsDueBeforeNextTick(TimerWheel wheel, long[] model, long now) {
    long next = wheel.nextTick();
    for (long due : model) {
      assertTrue(due == IDLE || due >= next, "due " + due + ", next " + next);
    }
    assertTrue(next > now);
  }

  /** "tick timer" in order. */
  private static Set<String> expected(long[] model, long now, long until) {
    Set<String> expected = new TreeSet<>();
    for (int timer = 0; timer < TIMERS; timer++) {
      long due = model[timer];
      if (due != IDLE && until > now && due <= until) {
        expected.add(due + " " + timer);
      }
    }
    return expected;
  }

  private static Set<String> woken(TimerWheel wheel, long[] model, long until) {
    Set<String> woken = new TreeSet<>();
    List<Long> order = new ArrayList<>();
    wheel.advance(
        until,
        timer -> {
          assertTrue(woken.add(model[timer] + " " + timer), "woken twice");
          order.add(model[timer]);
          model[timer] = IDLE;
        });
    long passed = Long.MIN_VALUE;
    for (long due : order) {
      assertTrue(due >= passed, "in the order of the ticks: " + order);
      passed = due;
    }
    return woken;
  }
}
