import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import java.util.List;
import org.h2.mvstore.MVStore;

/**
 * Starts mongo-java-server on one file, for the tests, or in memory, for the benchmark: {@code Server PORT [FILE]}.
 * It is that server as it comes, with three settings that the tests need: the wire version that current drivers
 * ask for; every command is in the file before it is answered, so that a killed server has lost nothing, as a
 * real one's journal would have it; and an answer shows the document as it was then, not as it is by the time it
 * is sent.
 */
public class Server {
  public static void main(String[] arguments) throws Exception {
    MVStore.Builder builder = new MVStore.Builder().autoCommitDisabled();
    MVStore store = (arguments.length > 1 ? builder.fileName(arguments[1]) : builder).open();
    H2Backend backend = new H2Backend(store) {
      @Override
      public synchronized Document handleMessage(MongoMessage message) {
        try {
          return super.handleMessage(message).cloneDeeply();
        } finally {
          if (store.hasUnsavedChanges()) commit();
        }
      }
    };
    backend.version(new MongoVersion() {
      @Override
      public List<Integer> getVersionArray() {
        return List.of(5, 0, 0);
      }

      @Override
      public int getWireVersion() {
        return 13;
      }
    });
    MongoServer server = new MongoServer(backend);
    server.bind("127.0.0.1", Integer.parseInt(arguments[0]));
    Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
    System.out.println("listening on " + server.getConnectionString());
    Thread.currentThread().join();
  }
}
