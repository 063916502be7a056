// Row 1: HikariCP's own benchmark (getConnection and close, over a driver of which every method is empty), with the
// settings it was published with: as many connections at most as said, none kept idle, no autocommit. Each case is
// warmed up until the compiler has done its work, then measured for a second.
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.ArrayList;
import java.util.List;

public class HikariCP {
    static HikariDataSource makePool(int size) {
        HikariConfig config = new HikariConfig();
        config.setDataSource(new StubDataSource());
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(0);
        config.setConnectionTimeout(8000);
        config.setAutoCommit(false);
        return new HikariDataSource(config);
    }

    static double cyclesPerMillisecond(HikariDataSource pool, int count, long milliseconds) throws Exception {
        AtomicLong sum = new AtomicLong();
        AtomicBoolean ended = new AtomicBoolean();
        List<Thread> threads = new ArrayList<>();
        long start = System.nanoTime();
        for (int i = 0; i < count; ++i) {
            Thread thread = new Thread(() -> {
                long done = 0;
                try {
                    while (!ended.getOpaque()) {
                        pool.getConnection().close();
                        ++done;
                    }
                } catch (java.sql.SQLException e) {
                    throw new RuntimeException(e);
                }
                sum.addAndGet(done);
            });
            thread.start();
            threads.add(thread);
        }
        Thread.sleep(milliseconds);
        ended.set(true);
        for (Thread thread : threads) thread.join();
        return sum.get() / ((System.nanoTime() - start) / 1e6);
    }

    static void measure(String work, int threads, int size) throws Exception {
        try (HikariDataSource pool = makePool(size)) {
            cyclesPerMillisecond(pool, threads, Print.QUICK ? 50 : 2000);
            Print.line(1, work, "HikariCP", cyclesPerMillisecond(pool, threads, Print.QUICK ? 50 : 1000), "cycles/ms");
        }
    }

    public static void main(String[] arguments) throws Exception {
        measure("1 thread on 32", 1, 32);
        measure("32 threads on 32", 32, 32);
        measure("32 threads on 16", 32, 16);
        System.exit(0);
    }
}
