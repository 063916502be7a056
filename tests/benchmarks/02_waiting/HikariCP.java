// Row 2: HikariCP over connections that do nothing, held by parking. crowd.hpp says what is done.
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

public class HikariCP {
    static class Borrower extends Thread {
        final HikariDataSource pool;
        final long hold;
        final AtomicBoolean stop;
        final double[] waits = new double[1 << 16];
        int count;
        double held;

        Borrower(HikariDataSource pool, long hold, AtomicBoolean stop) {
            this.pool = pool;
            this.hold = hold;
            this.stop = stop;
        }

        @Override public void run() {
            try {
                while (!stop.get()) {
                    long asked = System.nanoTime();
                    var connection = pool.getConnection();
                    long got = System.nanoTime();
                    while (System.nanoTime() - got < hold) LockSupport.parkNanos(hold - (System.nanoTime() - got));
                    held += (System.nanoTime() - got) / 1e6;
                    connection.close();
                    waits[count++] = (got - asked) / 1e6;
                }
            } catch (java.sql.SQLException e) {
                throw new RuntimeException(e);
            }
        }
    }

    static void measure(int threads, int connections, long hold, int milliseconds, boolean print) throws Exception {
        HikariConfig config = new HikariConfig();
        config.setDataSource(new StubDataSource());
        config.setMaximumPoolSize(connections);
        config.setConnectionTimeout(30000);
        try (HikariDataSource pool = new HikariDataSource(config)) {
            AtomicBoolean stop = new AtomicBoolean();
            Borrower[] all = new Borrower[threads];
            for (int i = 0; i < threads; ++i) all[i] = new Borrower(pool, hold, stop);
            long start = System.nanoTime();
            for (Borrower borrower : all) borrower.start();
            Thread.sleep(milliseconds);
            stop.set(true);
            for (Borrower borrower : all) borrower.join();
            double seconds = (System.nanoTime() - start) / 1e9;
            if (!print) return;

            double[] waits = Arrays.stream(all).flatMapToDouble(b -> Arrays.stream(b.waits, 0, b.count)).sorted().toArray();
            double mean = (double) waits.length / threads;
            double off = Arrays.stream(all).mapToDouble(b -> Math.abs(b.count - mean) / mean).max().getAsDouble();
            String work = threads + " threads on " + connections;
            Print.line(2, work + ", throughput", "HikariCP", waits.length / seconds, "/s");
            Print.line(2, work + ", p99 wait", "HikariCP", waits[waits.length * 99 / 100], "ms");
            Print.line(2, work + ", longest wait", "HikariCP", waits[waits.length - 1], "ms");
            Print.line(2, work + ", unevenness", "HikariCP", 100 * off, "%");
        }
    }

    public static void main(String[] arguments) throws Exception {
        int milliseconds = Print.QUICK ? 100 : 2000;
        measure(64, 8, 500_000, milliseconds / 2, false);  // warms up
        measure(64, 8, 500_000, milliseconds, true);
        measure(32, 1, 200_000, milliseconds, true);
        System.exit(0);
    }
}
