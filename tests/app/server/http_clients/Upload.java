import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;

/** Prints the status that a body of so many bytes is answered with. */
class Upload {
    public static void main(String[] arguments) throws Exception {
        var body = BodyPublishers.ofByteArray(new byte[Integer.parseInt(arguments[1])]);
        var request = HttpRequest.newBuilder(URI.create(arguments[0])).POST(body).build();
        System.out.println(HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).statusCode());
    }
}
