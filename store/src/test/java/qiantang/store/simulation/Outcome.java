package qiantang.store.simulation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a world ended.
 *
 * @param violation what was wrong, null for nothing
 * @param hash of all that happened: the same each time a seed is run
 * @param checks answers judged
 * @param events things that happened in it
 * @param lines the last things that happened, where they were asked for
 */
public record Outcome(
    @Nullable String violation, long hash, long checks, long events, List<String> lines) {}
