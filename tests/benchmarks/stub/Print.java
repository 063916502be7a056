// The lines that report.py reads.
public class Print {
    static final boolean QUICK = System.getenv("SOCIABLE_BENCHMARK_QUICK") != null;

    static void line(int row, String work, String contestant, double value, String unit) {
        System.out.printf("{\"row\": %d, \"work\": \"%s\", \"contestant\": \"%s\", \"value\": %.6g, \"unit\": \"%s\"}%n",
                row, work, contestant, value, unit);
    }
}
