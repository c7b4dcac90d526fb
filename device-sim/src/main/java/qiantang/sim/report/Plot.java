package qiantang.sim.report;

import java.util.List;
import java.util.Locale;

/**
 * Lines over one x axis as an SVG element, whose colours are the page's. Pure.
 *
 * @param x figures of the x axis, one for each place of a line
 * @param marks labelled vertical lines, such as beginnings of phases
 */
record Plot(double[] x, Axis xAxis, Axis yAxis, List<Line> lines, List<Axis.Tick> marks) {
  private static final double WIDTH = 860;
  private static final double HEIGHT = 240;
  private static final double LEFT = 58;
  private static final double RIGHT = 14;
  private static final double TOP = 20;
  private static final double BOTTOM = 26;

  /**
   * One line.
   *
   * @param style a class of report.css
   * @param y NaN is a gap
   */
  record Line(String label, String style, double[] y) {}

  String svg(String description) {
    StringBuilder out = new StringBuilder();
    out.append("<svg viewBox=\"0 0 ").append(number(WIDTH)).append(' ').append(number(HEIGHT));
    out.append("\" role=\"img\" aria-label=\"").append(Html.escaped(description)).append("\">");
    for (Axis.Tick tick : yAxis.ticks()) {
      double y = yPlace(tick.at());
      line(out, "grid", LEFT, y, WIDTH - RIGHT, y);
      text(out, "tick end", LEFT - 8, y + 4, tick.label());
    }
    for (Axis.Tick tick : xAxis.ticks()) {
      boolean last = xPlace(tick.at()) > WIDTH - 2 * RIGHT;
      double x = last ? WIDTH - 2 : xPlace(tick.at());
      text(out, last ? "tick end" : "tick middle", x, HEIGHT - 8, tick.label());
      line(out, "grid", xPlace(tick.at()), HEIGHT - BOTTOM, xPlace(tick.at()), HEIGHT - BOTTOM + 4);
    }
    marks(out);
    lines.forEach(line -> path(out, line));
    return out.append("</svg>").toString();
  }

  /** Labels that would cover each other are left to the table of phases. */
  private void marks(StringBuilder out) {
    double free = 0;
    for (Axis.Tick mark : marks) {
      double x = xPlace(mark.at());
      line(out, "mark", x, TOP, x, HEIGHT - BOTTOM);
      double width = 6.5 * mark.label().length() + 8;
      if (x >= free && x + width <= WIDTH) {
        text(out, "tick", x + 4, TOP - 7, mark.label());
        free = x + width;
      }
    }
  }

  private void path(StringBuilder out, Line line) {
    boolean area = line.style().startsWith("area");
    StringBuilder path = new StringBuilder();
    int runBegin = -1;
    for (int i = 0; i <= line.y().length; i++) {
      boolean gap = i == line.y().length || Double.isNaN(line.y()[i]);
      if (gap) {
        if (runBegin >= 0) {
          end(path, runBegin, i - 1, area);
        }
        runBegin = -1;
        continue;
      }
      path.append(runBegin < 0 ? 'M' : 'L').append(number(xPlace(x[i])));
      path.append(' ').append(number(yPlace(line.y()[i])));
      runBegin = runBegin < 0 ? i : runBegin;
    }
    out.append("<path class=\"").append(line.style()).append("\" d=\"").append(path).append("\"/>");
  }

  /** A single point is a short dash, or nobody would see it; an area is closed at the bottom. */
  private void end(StringBuilder path, int first, int last, boolean area) {
    if (area) {
      path.append('L').append(number(xPlace(x[last]))).append(' ').append(number(yPlace(0)));
      path.append('L').append(number(xPlace(x[first]))).append(' ').append(number(yPlace(0)));
      path.append('Z');
    } else if (first == last) {
      path.append("h2");
    }
  }

  private double xPlace(double figure) {
    return LEFT + xAxis.place(figure) * (WIDTH - LEFT - RIGHT);
  }

  private double yPlace(double figure) {
    return HEIGHT - BOTTOM - yAxis.place(figure) * (HEIGHT - TOP - BOTTOM);
  }

  private static void line(
      StringBuilder out, String style, double x1, double y1, double x2, double y2) {
    out.append("<line class=\"").append(style).append("\" x1=\"").append(number(x1));
    out.append("\" y1=\"").append(number(y1)).append("\" x2=\"").append(number(x2));
    out.append("\" y2=\"").append(number(y2)).append("\"/>");
  }

  private static void text(StringBuilder out, String style, double x, double y, String text) {
    out.append("<text class=\"").append(style).append("\" x=\"").append(number(x));
    out.append("\" y=\"").append(number(y)).append("\">").append(Html.escaped(text));
    out.append("</text>");
  }

  /** A tenth of a pixel is finer than any screen. */
  private static String number(double value) {
    String text = String.format(Locale.ROOT, "%.1f", value);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }
}
