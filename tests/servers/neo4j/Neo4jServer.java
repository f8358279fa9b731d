import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import org.neo4j.configuration.connectors.ConnectorPortRegister;
import org.neo4j.configuration.connectors.ConnectorType;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;
import org.neo4j.kernel.internal.GraphDatabaseAPI;

/** A Neo4j server for tests: serves Bolt from HOME with the settings of CONF until standard input ends. */
public class Neo4jServer {
    public static void main(String[] args) throws IOException {
        var service = new DatabaseManagementServiceBuilder(Path.of(args[0]))
                .loadPropertiesFromFile(Path.of(args[1]))
                .build();
        var database = (GraphDatabaseAPI) service.database("neo4j");
        var address = database.getDependencyResolver()
                .resolveDependency(ConnectorPortRegister.class)
                .getLocalAddress(ConnectorType.BOLT);
        System.out.println("READY " + address.getPort());
        // Whoever started the server holds the other end of the pipe: when it ends, however it ends, so does this.
        while (System.in.read() >= 0) { }
        // The data are thrown away, so nothing is worth an orderly shutdown.
        remove(Path.of(args[0], "data"));
        Runtime.getRuntime().halt(0);
    }

    private static void remove(Path folder) throws IOException {
        try (var paths = Files.walk(folder)) {
            paths.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (UncheckedIOException gone) {
            // A file the server itself removed meanwhile.
        }
    }
}
