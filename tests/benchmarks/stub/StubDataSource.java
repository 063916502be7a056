// A data source of connections that do nothing, and that take a while to open when it is told so.
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import javax.sql.DataSource;

public class StubDataSource implements DataSource {
    public volatile long connectMilliseconds;
    public final AtomicInteger opened = new AtomicInteger();

    @Override public Connection getConnection() throws SQLException {
        opened.incrementAndGet();
        try {
            if (connectMilliseconds > 0) Thread.sleep(connectMilliseconds);
        } catch (InterruptedException e) {
            throw new SQLException(e);
        }
        return new StubConnection();
    }
    @Override public Connection getConnection(String user, String password) throws SQLException {
        return getConnection();
    }
    @Override public PrintWriter getLogWriter() { return null; }
    @Override public void setLogWriter(PrintWriter out) {}
    @Override public void setLoginTimeout(int seconds) {}
    @Override public int getLoginTimeout() { return 0; }
    @Override public Logger getParentLogger() { return null; }
    @Override public <T> T unwrap(Class<T> type) { return null; }
    @Override public boolean isWrapperFor(Class<?> type) { return false; }
}
