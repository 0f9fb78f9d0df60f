import java.io.FileInputStream;
import java.util.List;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Judges files by veraPDF: arguments are FLAVOUR FILE…; a line "FILE<tab>CLAUSE-TEST<tab>message" for each failed check, and "FILE<tab>checks<tab>N". */
public class Archival {
    public static void main(String[] arguments) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        PDFAFlavour flavour = PDFAFlavour.fromString(arguments[0]);
        for (int n = 1; n < arguments.length; n++) {
            try (PDFAParser parser = Foundries.defaultInstance().createParser(new FileInputStream(arguments[n]), flavour);
                 PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
                ValidationResult result = validator.validate(parser);
                for (TestAssertion each : result.getTestAssertions()) {
                    if (each.getStatus() == TestAssertion.Status.FAILED) {
                        System.out.println(arguments[n] + "\t" + each.getRuleId().getClause() + "-" + each.getRuleId().getTestNumber() + "\t"
                            + each.getMessage().replaceAll("\\s+", " ") + " @ " + each.getLocation().getContext());
                    }
                }
                System.out.println(arguments[n] + "\tchecks\t" + result.getTotalAssertions());
            }
        }
    }
}
