import java.io.IOException;
import java.nio.file.Path;
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
        // The data are thrown away, so nothing is worth an orderly shutdown.
        while (System.in.read() >= 0) { }
        Runtime.getRuntime().halt(0);
    }
}
