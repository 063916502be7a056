// Row 3: HikariCP with 5 kept and 50 at most. sociable.cpp says what is done.
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.util.concurrent.CountDownLatch;

public class HikariCP {
    static double spike(StubDataSource source) throws Exception {
        HikariConfig config = new HikariConfig();
        config.setDataSource(source);
        config.setMaximumPoolSize(50);
        config.setMinimumIdle(5);
        try (HikariDataSource pool = new HikariDataSource(config)) {
            while (source.opened.get() < 5) Thread.sleep(5);
            Thread.sleep(50);
            source.connectMilliseconds = 150;
            CountDownLatch ready = new CountDownLatch(50), go = new CountDownLatch(1), done = new CountDownLatch(50);
            for (int i = 0; i < 50; ++i)
                new Thread(() -> {
                    try {
                        ready.countDown();
                        go.await();
                        try (var connection = pool.getConnection()) {
                            Thread.sleep(2);
                        }
                        done.countDown();
                    } catch (Exception e) {
                        throw new RuntimeException(e);
                    }
                }).start();
            ready.await();
            long start = System.nanoTime();
            go.countDown();
            done.await();
            return (System.nanoTime() - start) / 1e6;
        }
    }

    public static void main(String[] arguments) throws Exception {
        spike(new StubDataSource());  // warms up
        StubDataSource source = new StubDataSource();
        Print.line(3, "served", "HikariCP", spike(source), "ms");
        Print.line(3, "opened", "HikariCP", source.opened.get(), "connections");
        System.exit(0);
    }
}
