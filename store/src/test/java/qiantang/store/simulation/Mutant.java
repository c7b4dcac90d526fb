package qiantang.store.simulation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * A bug planted into one source of the store: a snippet of it replaced by another. The class is
 * compiled in memory and the whole store loaded again around it.
 *
 * @param name what was forgotten
 * @param source path below {@code qiantang/store}
 * @param replaced found exactly once in it, so that the bug stays in step with the code
 */
record Mutant(String name, String source, String replaced, String replacement) {
  private static final String STORE = "qiantang.store.";

  @Override
  public String toString() {
    return name;
  }

  /** The simulation over the store with this bug in it. */
  Class<?> simulation(Path sources) throws IOException, ClassNotFoundException {
    String text = Files.readString(sources.resolve("qiantang/store").resolve(source));
    int at = text.indexOf(replaced);
    if (at < 0 || text.indexOf(replaced, at + 1) >= 0) {
      throw new AssertionError(
          "cannot plant '%s': %s does not hold once:%n%s".formatted(name, source, replaced));
    }
    String mutated = text.substring(0, at) + replacement + text.substring(at + replaced.length());
    Map<String, byte[]> classes = compile(source, mutated);
    return new Loader(classes).loadClass(Simulation.class.getName());
  }

  private static Map<String, byte[]> compile(String source, String text) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter errors = new StringWriter();
    String classPath =
        Stream.of(
                Mutant.class,
                qiantang.store.journal.Journal.class,
                com.github.benmanes.caffeine.cache.Cache.class,
                org.slf4j.Logger.class,
                NullMarked.class)
            .map(Mutant::location)
            .distinct()
            .map(location -> Path.of(location).toString())
            .collect(Collectors.joining(java.io.File.pathSeparator));
    try (Outputs outputs = new Outputs(compiler.getStandardFileManager(null, Locale.ROOT, null))) {
      boolean compiled =
          compiler
              .getTask(
                  errors,
                  outputs,
                  null,
                  List.of("-proc:none", "-nowarn", "-classpath", classPath),
                  null,
                  List.of(new Source(source, text)))
              .call();
      if (!compiled) {
        throw new AssertionError("a planted bug that does not compile: " + errors);
      }
      return outputs.classes();
    }
  }

  private static URI location(Class<?> of) {
    return URI.create(of.getProtectionDomain().getCodeSource().getLocation().toString());
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String source, String text) {
      super(URI.create("planted:///qiantang/store/" + source), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  private static final class Output extends SimpleJavaFileObject {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Output(String className) {
      super(URI.create("planted:///" + className + ".class"), Kind.CLASS);
    }

    @Override
    public OutputStream openOutputStream() {
      return bytes;
    }
  }

  /** Keeps what is compiled in memory. */
  private static final class Outputs extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, Output> byName = new HashMap<>();

    Outputs(JavaFileManager files) {
      super(files);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String className, JavaFileObject.Kind kind, @Nullable FileObject from) {
      Output output = new Output(className);
      byName.put(className, output);
      return output;
    }

    Map<String, byte[]> classes() {
      Map<String, byte[]> classes = new HashMap<>();
      byName.forEach((name, output) -> classes.put(name, output.bytes.toByteArray()));
      return classes;
    }
  }

  /** Loads the store's classes itself, those with the bug before the others. */
  private static final class Loader extends URLClassLoader {
    private final Map<String, byte[]> planted;

    Loader(Map<String, byte[]> planted) {
      super(urls(), Mutant.class.getClassLoader());
      this.planted = planted;
    }

    private static URL[] urls() {
      List<URL> urls = new ArrayList<>();
      for (Class<?> of : List.of(Mutant.class, qiantang.store.journal.Journal.class)) {
        urls.add(of.getProtectionDomain().getCodeSource().getLocation());
      }
      return urls.toArray(URL[]::new);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        if (loaded == null) {
          loaded = name.startsWith(STORE) ? findClass(name) : super.loadClass(name, resolve);
        }
        return loaded;
      }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      byte[] bytes = planted.get(name);
      return bytes == null ? super.findClass(name) : defineClass(name, bytes, 0, bytes.length);
    }
  }
}
