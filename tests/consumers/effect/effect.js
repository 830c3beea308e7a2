// All that it wants of the package is what loading the script does.
import 'glasswal/isolate';
